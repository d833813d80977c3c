"""How often the most probable class is the right one; or, of several, how often just the right ones are named.

A class that may stand beside others is named from a probability of a half on.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.metrics.base import Metric, Scorer, mean, totals

NAMED_FROM = 0.5


def _prepare_accuracy(labels: FloatArray, predictions: FloatArray) -> Scorer:
    if labels.ndim == 2:
        right = ((predictions >= NAMED_FROM) == (labels > 0)).all(axis=1)
    else:
        right = predictions.argmax(axis=1) == labels
    return partial(mean, right.astype(np.float64))


def _prepare_macro_f1(labels: FloatArray, predictions: FloatArray) -> Scorer:
    if labels.ndim == 2:
        return _macro_f1_of_several(labels, predictions)
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


def _macro_f1_of_several(labels: FloatArray, predictions: FloatArray) -> Scorer:
    said, known = (predictions >= NAMED_FROM).astype(np.int64), (labels > 0).astype(np.int64)
    right, either = 2 * said * known, said + known

    def scorer(counts: IntArray) -> FloatArray:
        # Not a matrix product, see mean.
        hits = np.einsum("bn,nk->bk", counts, right)
        named = np.einsum("bn,nk->bk", counts, either)
        means: FloatArray = (hits / np.maximum(named, 1)).sum(axis=1) / np.maximum((named > 0).sum(axis=1), 1)
        return means

    return scorer


ACCURACY = Metric("accuracy", True, _prepare_accuracy)
"""The share of samples whose most probable class is right; of several classes, all must be."""

MACRO_F1 = Metric("macro_f1", True, _prepare_macro_f1)
"""The plain mean of F1 over the classes that occur among labels or answers."""
