"""TF-IDF and logistic regression: words and their pairs, or characters where words are not set apart by spaces."""

from __future__ import annotations

import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tests.benchmarks.peers import common

_CHINESE = ("\u4e00", "\u9fff")


def spaced(texts: list[str]) -> bool:
    """Tell whether most letters are of a script that sets words apart."""
    letters = [letter for text in texts[:500] for letter in text if letter.isalpha()]
    return sum(_CHINESE[0] <= letter <= _CHINESE[1] for letter in letters) < len(letters) / 2


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    texts = job.train.texts(job.case.target)
    words = {"ngram_range": (1, 2)} if spaced(texts) else {"analyzer": "char", "ngram_range": (1, 3)}
    vectors = TfidfVectorizer(sublinear_tf=True, min_df=2, **words)
    model = make_pipeline(vectors, LogisticRegression(C=10.0, max_iter=2000, random_state=job.seed))
    model.fit(texts, job.codes)
    since = time.monotonic()
    answers = model.predict_proba(job.test.texts(job.case.target))
    job.measured(since)
    job.weighs(common.pickled_mb(model))
    job.write(answers)


if __name__ == "__main__":
    main()
