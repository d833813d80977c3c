"""What members of an ensemble are weighed by: a loss of their out-of-sample predictions.

All that is seen is what a loss makes of each prediction, one number a sample that averages as predictions do: the
probability of the right class, or the distance from the true number; where a sample may have several classes, one
number for each. So a mean of members costs O(n) to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.task import Kind

_LEAST = 1e-12


@dataclass(frozen=True)
class Loss:
    """What the weights make small.

    ``reduce`` turns labels [n] or [n, K] and predictions [n, K] into a row [r]; ``value`` the mean of such rows
    [..., r] into [...]. A ``relative`` one has a unit, so its values are compared as multiples of the least member's.
    """

    reduce: Callable[[FloatArray, FloatArray], FloatArray]
    value: Callable[[FloatArray], FloatArray]
    relative: bool = False


def _of_label(labels: FloatArray, predictions: FloatArray) -> FloatArray:
    of_label: FloatArray = predictions[np.arange(len(labels)), labels.astype(np.int64)]
    return of_label


def _of_each(labels: FloatArray, predictions: FloatArray) -> FloatArray:
    of_each: FloatArray = np.where(labels > 0, predictions, 1.0 - predictions).ravel()
    return of_each


def _surprise(rows: FloatArray) -> FloatArray:
    losses: FloatArray = -np.log(np.maximum(rows, _LEAST)).mean(axis=-1)
    return losses


def _distance(labels: FloatArray, predictions: FloatArray) -> FloatArray:
    return predictions[:, 0] - labels


def _square(rows: FloatArray) -> FloatArray:
    losses: FloatArray = (rows**2).mean(axis=-1)
    return losses


LOSSES = {
    "log_loss": Loss(_of_label, _surprise),
    "binary_log_loss": Loss(_of_each, _surprise),
    "squared_error": Loss(_distance, _square, relative=True),
}

LOSS_OF = {Kind.MULTICLASS: "log_loss", Kind.MULTILABEL: "binary_log_loss", Kind.REGRESSION: "squared_error"}


def common_rows(predictions: Sequence[FloatArray]) -> BoolArray:
    """Tell which samples every member has a prediction for, shape [n]."""
    rows: BoolArray = np.logical_and.reduce([np.isfinite(answer).all(axis=1) for answer in predictions])
    return rows


def reduced(predictions: Sequence[FloatArray], labels: FloatArray, loss: Loss) -> FloatArray:
    """Return each member's row of what the loss sees, over the samples that all have predicted, [m, r].

    Raises:
        ValueError: there is no member, or no sample that all members have predicted.
    """
    if not predictions:
        raise ValueError("An ensemble needs at least one member, but got none.")
    rows = common_rows(predictions)
    if not rows.any():
        raise ValueError(f"The {len(predictions)} members have predicted no sample in common.")
    return np.stack([loss.reduce(labels[rows], answer[rows]) for answer in predictions])
