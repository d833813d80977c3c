"""LightGBM as it comes: default settings, category columns marked as such."""

from __future__ import annotations

import time

from lightgbm import LGBMClassifier, LGBMRegressor

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    train, labels, test = job.frames()
    numbers = job.case.kind == "regression"
    model = (LGBMRegressor if numbers else LGBMClassifier)(random_state=job.seed, verbosity=-1)
    train.columns = test.columns = range(train.shape[1])  # LightGBM takes no punctuation in names
    model.fit(train, labels)
    since = time.monotonic()
    answers = model.predict(test) if numbers else model.predict_proba(test)
    job.measured(since)
    job.weighs(common.pickled_mb(model))
    job.write(answers, () if numbers else model.classes_)


if __name__ == "__main__":
    main()
