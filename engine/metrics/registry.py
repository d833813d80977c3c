"""The registry of metrics, and the ways to ask for one by its name."""

from __future__ import annotations

from engine.arrays import FloatArray
from engine.metrics.base import Metric, checked
from engine.metrics.decisions import ACCURACY, MACRO_F1
from engine.metrics.numbers import R2, RMSE
from engine.metrics.probability import LOG_LOSS
from engine.metrics.ranking import NAUC
from engine.task import Kind, Task

METRICS: dict[str, Metric] = {metric.name: metric for metric in (NAUC, ACCURACY, MACRO_F1, LOG_LOSS, R2, RMSE)}

OF_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.MULTICLASS: ("nauc", "accuracy", "macro_f1", "log_loss"),
    Kind.MULTILABEL: ("nauc", "accuracy", "macro_f1", "log_loss"),
    Kind.REGRESSION: ("r2", "rmse"),
}
"""The metrics that make sense for a kind of task, the one that is maximised first."""


def score(metric: str, labels: FloatArray, predictions: FloatArray) -> float:
    """Return one metric of predictions [n, K], for labels as :class:`engine.metrics.base.Metric` has them.

    Raises:
        KeyError: no metric has that name.
        ValueError: the shapes do not fit, there is no sample, or a value is missing or infinite.

    >>> import numpy as np
    >>> score("accuracy", np.array([0.0, 1.0]), np.array([[0.9, 0.1], [0.8, 0.2]]))
    0.5
    """
    return METRICS[metric].function(*checked(labels, predictions))


def all_scores(task: Task, labels: FloatArray, predictions: FloatArray) -> dict[str, float]:
    """Return every metric that makes sense for the task, by name.

    Raises:
        ValueError: as :func:`score`.
    """
    known, said = checked(labels, predictions)
    return {name: METRICS[name].function(known, said) for name in OF_KIND[task.kind]}
