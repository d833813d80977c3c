from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from engine.arrays import FloatArray, IntArray
from engine.metrics import METRICS, OF_KIND, all_scores, score
from engine.task import Kind, Modality, Task

Reference = Callable[[FloatArray, FloatArray, IntArray], float]
FEW = settings(max_examples=30)  # each is dozens of drawn samples, and scikit-learn takes milliseconds for every score


def reference_nauc(labels: FloatArray, predictions: FloatArray, counts: IntArray) -> float:
    aucs = [
        reference.roc_auc_score(labels == k, predictions[:, k], sample_weight=counts)
        for k in range(predictions.shape[1])
        if len(np.unique(labels[counts > 0] == k)) == 2
    ]
    return float(2 * np.mean(aucs) - 1) if aucs else 0.0


def reference_log_loss(labels: FloatArray, predictions: FloatArray, counts: IntArray) -> float:
    classes = list(range(predictions.shape[1]))
    return float(reference.log_loss(labels, predictions, labels=classes, sample_weight=counts))


REFERENCES: dict[str, Reference] = {
    "nauc": reference_nauc,
    "accuracy": lambda y, p, w: float(reference.accuracy_score(y, p.argmax(axis=1), sample_weight=w)),
    "macro_f1": lambda y, p, w: float(
        reference.f1_score(y[w > 0], p.argmax(axis=1)[w > 0], average="macro", sample_weight=w[w > 0])
    ),
    "log_loss": reference_log_loss,
    "r2": lambda y, p, w: float(reference.r2_score(y, p[:, 0], sample_weight=w)),
    "rmse": lambda y, p, w: float(np.sqrt(reference.mean_squared_error(y, p[:, 0], sample_weight=w))),
}


def sample(metric: str, seed: int, n: int, classes: int, decimals: int) -> tuple[FloatArray, FloatArray]:
    """Labels and predictions; few ``decimals`` make many ties."""
    rng = np.random.default_rng(seed)
    if metric in OF_KIND[Kind.REGRESSION]:
        labels = rng.normal(5, 2, n)
        return labels, (labels + rng.normal(0, 1, n)).round(decimals)[:, None]
    labels = rng.integers(0, classes, n).astype(np.float64)
    raw = rng.random((n, classes)).round(decimals) + 0.3 * (labels[:, None] == np.arange(classes)) + 0.01
    return labels, raw / raw.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("metric", METRICS)
@FEW
@given(st.integers(0, 10_000), st.integers(2, 80), st.integers(2, 6), st.integers(1, 8))
def test_agrees_with_scikit_learn(metric: str, seed: int, n: int, classes: int, decimals: int) -> None:
    labels, predictions = sample(metric, seed, n, classes, decimals)
    once = np.ones(n, dtype=np.int64)
    assert score(metric, labels, predictions) == pytest.approx(REFERENCES[metric](labels, predictions, once), abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
@FEW
@given(st.integers(0, 10_000), st.integers(4, 60), st.integers(2, 5))
def test_counts_act_as_sample_weights(metric: str, seed: int, n: int, classes: int) -> None:
    labels, predictions = sample(metric, seed, n, classes, 2)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=3)
    found = METRICS[metric].prepare(labels, predictions)(counts)
    expected = [REFERENCES[metric](labels, predictions, row) for row in counts]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_better_predictions_score_better(metric: str) -> None:
    labels, predictions = sample(metric, 3, 200, 3, 6)
    perfect = np.eye(3)[labels.astype(int)] if metric in OF_KIND[Kind.MULTICLASS] else labels[:, None]
    better, worse = score(metric, labels, perfect), score(metric, labels, predictions)
    assert (better > worse) is METRICS[metric].higher_is_better


def test_all_scores_of_a_kind() -> None:
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"))
    labels, predictions = sample("nauc", 1, 50, 2, 3)
    scores = all_scores(task, labels, predictions)
    assert tuple(scores) == ("nauc", "accuracy", "macro_f1", "log_loss")
    assert scores["accuracy"] == score("accuracy", labels, predictions)
    numbers = all_scores(Task(Modality.TABLE, Kind.REGRESSION), *sample("r2", 1, 50, 2, 3))
    assert tuple(numbers) == ("r2", "rmse")


@FEW
@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 5), st.integers(1, 8))
def test_several_classes_agree_with_scikit_learn(seed: int, n: int, classes: int, decimals: int) -> None:
    rng = np.random.default_rng(seed)
    labels = (rng.random((n, classes)) < 0.4).astype(np.float64)
    predictions = np.clip(0.3 * labels + 0.7 * rng.random((n, classes)).round(decimals), 0.01, 0.99)
    said = predictions >= 0.5
    seen = [k for k in range(classes) if 0 < labels[:, k].sum() < n]
    occurs = [k for k in range(classes) if labels[:, k].any() or said[:, k].any()]
    aucs = [reference.roc_auc_score(labels[:, k], predictions[:, k]) for k in seen]
    f1 = [reference.f1_score(labels[:, k], said[:, k]) for k in occurs]
    losses = [reference.log_loss(labels[:, k], predictions[:, k], labels=[0, 1]) for k in range(classes)]
    expected = {
        "nauc": 2 * np.mean(aucs) - 1 if aucs else 0.0,
        "accuracy": (labels == said).all(axis=1).mean(),
        "macro_f1": np.mean(f1) if f1 else 0.0,
        "log_loss": np.mean(losses),
    }
    for metric in OF_KIND[Kind.MULTILABEL]:
        assert score(metric, labels, predictions) == pytest.approx(expected[metric], abs=1e-9)
        counts = rng.multinomial(n, np.full(n, 1 / n), size=2)
        drawn = [score(metric, labels.repeat(row, axis=0), predictions.repeat(row, axis=0)) for row in counts]
        assert METRICS[metric].prepare(labels, predictions)(counts) == pytest.approx(drawn, abs=1e-9)


@pytest.mark.parametrize("kind", Kind)
def test_the_metric_of_a_task_is_one_that_is_maximised(kind: Kind) -> None:
    task = Task(Modality.TABLE, kind, () if kind is Kind.REGRESSION else ("a", "b"))
    assert task.metric == OF_KIND[kind][0]
    assert METRICS[task.metric].higher_is_better


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        ([0.0], [[np.nan, 0.5]], "must be finite"),
        ([np.nan], [[0.5, 0.5]], "must be finite"),
        ([], np.empty((0, 2)), "at least one sample"),
        ([0.0, 1.0], [[0.5, 0.5]], r"got \(2,\) and \(1, 2\)"),
        ([[0.0, 1.0]], [[0.5, 0.5, 0.5]], r"got \(1, 2\) and \(1, 3\)"),
        ([0.0], [0.5], r"got \(1,\) and \(1,\)"),
    ],
)
def test_what_cannot_be_scored_is_refused(labels: list[Any], predictions: FloatArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score("accuracy", np.array(labels), np.array(predictions))
