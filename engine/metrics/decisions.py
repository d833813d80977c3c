"""How often the most probable class is the right one."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.metrics.base import Metric, Scorer, mean, totals


def _prepare_accuracy(labels: FloatArray, predictions: FloatArray) -> Scorer:
    right = (predictions.argmax(axis=1) == labels).astype(np.float64)
    return partial(mean, right)


def _prepare_macro_f1(labels: FloatArray, predictions: FloatArray) -> Scorer:
    width = predictions.shape[1]
    cells, cell = np.unique(labels.astype(np.int64) * width + predictions.argmax(axis=1), return_inverse=True)
    known, said = np.divmod(cells, width)
    right = known == said

    def scorer(counts: IntArray) -> FloatArray:
        confusion = totals(cell, counts, len(cells))
        hits = totals(known[right], confusion[:, right], width)
        named = totals(known, confusion, width) + totals(said, confusion, width)
        means: FloatArray = (2 * hits / np.maximum(named, 1)).sum(axis=1) / (named > 0).sum(axis=1)
        return means

    return scorer


ACCURACY = Metric("accuracy", True, _prepare_accuracy)
"""The share of samples whose most probable class is right."""

MACRO_F1 = Metric("macro_f1", True, _prepare_macro_f1)
"""The plain mean of F1 over the classes that occur among labels or answers."""
