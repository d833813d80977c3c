"""How far predicted numbers are from the true ones."""

from __future__ import annotations

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.metrics.base import Metric, Scorer, mean


def _prepare_r2(labels: FloatArray, predictions: FloatArray) -> Scorer:
    missed = (labels - predictions[:, 0]) ** 2
    # The spread is computed from centred values: squares of large ones would cancel badly.
    centred = labels - labels.mean()
    least = 1e-14 * float(np.abs(centred).max()) ** 2

    def scorer(counts: IntArray) -> FloatArray:
        error = mean(missed, counts)
        spread = mean(centred**2, counts) - mean(centred, counts) ** 2
        flat = spread <= least
        scores: FloatArray = 1 - error / np.where(flat, 1.0, spread)
        return np.where(flat, np.where(error == 0, 1.0, 0.0), scores)

    return scorer


def _prepare_rmse(labels: FloatArray, predictions: FloatArray) -> Scorer:
    squares = (labels - predictions[:, 0]) ** 2

    def scorer(counts: IntArray) -> FloatArray:
        return np.sqrt(mean(squares, counts))

    return scorer


R2 = Metric("r2", True, _prepare_r2)
"""The share of the spread that is explained; for labels without spread 1 if all are met, else 0."""

RMSE = Metric("rmse", False, _prepare_rmse)
"""The root of the mean squared distance, in units of the target."""
