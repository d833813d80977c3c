"""What a person who knows scikit-learn would try first on each kind of data, for several classes or for a number."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from tests.benchmarks.cases import Case
from tests.benchmarks.parts import SEPARATOR, Part, names_of, read_part
from tests.benchmarks.peers import sounds

_WORDS = {
    "image": "thumbnails and how often each brightness occurs, ridge",
    "audio": "statistics of log-mel bands and MFCC, {}",
    "text": "TF-IDF of words and pairs, {}",
    "table": "histogram boosting, one a class",
}
_LINEAR = {"regression": "ridge", "multilabel": "one logistic regression a class"}
_THUMBNAIL = (32, 24)
_LEVELS = 32
_STRENGTHS = np.logspace(-2, 4, 13)
_HALF = 0.5


def words(case: Case) -> str:
    """Return what :func:`answer` does on a case."""
    return _WORDS[case.modality].format(_LINEAR[case.kind])


def answer(case: Case, data: Path, out: Path) -> None:
    """Learn from the train part and write answers to the test part as the command line writes its own."""
    train, test = read_part(case, data, "train"), read_part(case, data, "test")
    fit = {"image": _on(_pictures), "audio": _on(_heard), "text": _on_words, "table": _on_cells}[case.modality]
    if case.kind == "regression":
        answers = fit(case, train, test, np.array(train.labels, dtype=float))
        _write(out, ["id", "prediction"], [[name, value] for name, value in zip(test.ids, answers, strict=True)])
        return
    classes = sorted(set().union(*map(names_of, train.labels)))
    hits = np.array([[name in names_of(label) for name in classes] for label in train.labels], dtype=np.int64)
    chances = fit(case, train, test, hits)
    said = [SEPARATOR.join(np.array(classes)[row >= _HALF]) for row in chances]
    rows = [[name, names, *row] for name, names, row in zip(test.ids, said, chances, strict=True)]
    _write(out, ["id", "prediction", *classes], rows)


def _write(out: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with out.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([header, *rows])


def _on(features: Callable[[Part], Any]) -> Callable[[Case, Part, Part, Any], Any]:
    """Return what fits a linear model to numbers that ``features`` makes of the samples of a part, [n, d]."""

    def fitted(_case: Case, train: Part, test: Part, labels: Any) -> Any:
        return _answers(make_pipeline(StandardScaler(), _linear(labels)).fit(features(train), labels), features(test))

    return fitted


def _linear(labels: Any) -> Any:
    if labels.ndim == 1:
        return RidgeCV(_STRENGTHS)
    return OneVsRestClassifier(LogisticRegression(max_iter=1000))


def _answers(model: Any, inputs: Any) -> Any:
    return model.predict_proba(inputs) if hasattr(model, "predict_proba") else model.predict(inputs)


def _pictures(part: Part) -> Any:
    rows = []
    for file in part.files:
        with Image.open(file) as picture:
            small = np.asarray(picture.convert("RGB").resize(_THUMBNAIL), dtype=float) / 255
            levels, _ = np.histogram(np.asarray(picture.convert("L")), _LEVELS, (0, 256), density=True)
        rows.append(np.concatenate([small.ravel(), levels]))
    return np.stack(rows)


def _heard(part: Part) -> Any:
    return np.stack([sounds.statistics(file) for file in part.files])


def _on_words(case: Case, train: Part, test: Part, labels: Any) -> Any:
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    inputs = vectors.fit_transform(train.texts(case.target))
    return _answers(_linear(labels).fit(inputs, labels), vectors.transform(test.texts(case.target)))


def _on_cells(case: Case, train: Part, test: Part, labels: Any) -> Any:
    learned, asked, named = list[Any](), list[Any](), list[int]()
    for name in (name for name in train.rows[0] if name != case.target):
        cells = [np.array([row[name] for row in part.rows], dtype=object) for part in (train, test)]
        try:
            columns = [np.array([float(cell or "nan") for cell in some]) for some in cells]
        except ValueError:
            codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan).fit(cells[0][:, None])
            columns = [codes.transform(some[:, None])[:, 0] for some in cells]
            named.append(len(learned))
        learned.append(columns[0])
        asked.append(columns[1])
    inputs, others = np.stack(learned, axis=1), np.stack(asked, axis=1)
    one = HistGradientBoostingClassifier(categorical_features=named)
    return np.stack([one.fit(inputs, hits).predict_proba(others)[:, 1] for hits in labels.T], axis=1)
