"""How well probabilities rank the samples of a class above the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.metrics.base import Metric, Scorer


def _mirrored(predictions: FloatArray) -> bool:
    """Tell whether the second of two columns ranks the samples exactly as the first does, backwards."""
    if predictions.shape[1] != 2:
        return False
    first, second = predictions[np.argsort(predictions[:, 1])].T
    return np.array_equal(np.sign(np.diff(first)), -np.sign(np.diff(second)))


@dataclass(frozen=True)
class _Column:
    """One class against the rest: its samples, and the others from the lowest value up.

    Of those others, ``below`` [p] lie lower than each sample of the class, and ``not_above`` [p] no higher.
    """

    mine: IntArray
    others: IntArray
    below: IntArray
    not_above: IntArray

    @classmethod
    def of(cls, values: FloatArray, positive: BoolArray) -> _Column:
        order = np.argsort(values)
        mine, others = order[positive[order]], order[~positive[order]]
        ordered = values[others]
        below = np.searchsorted(ordered, values[mine], side="left")
        return cls(mine, others, below, np.searchsorted(ordered, values[mine], side="right"))

    def won(self, counts: IntArray) -> tuple[IntArray, IntArray]:
        """Return twice the pairs ranked rightly (ties are half right), and all pairs, for each row of counts [b, n]."""
        passed = np.zeros((len(counts), len(self.others) + 1), dtype=np.int64)
        np.cumsum(counts.take(self.others, axis=1), axis=1, out=passed[:, 1:])
        mine = counts.take(self.mine, axis=1)
        halves = passed.take(self.below, axis=1) + passed.take(self.not_above, axis=1)
        return np.einsum("bp,bp->b", mine, halves), mine.sum(axis=1) * passed[:, -1]


def _prepare_nauc(labels: FloatArray, predictions: FloatArray) -> Scorer:
    if labels.ndim == 2:
        present = [(k, labels[:, k] > 0) for k in range(labels.shape[1])]
    else:
        present = [(k, labels == k) for k in ([1] if _mirrored(predictions) else range(predictions.shape[1]))]
    columns = [_Column.of(predictions[:, k], mine) for k, mine in present if mine.any() and not mine.all()]

    def scorer(counts: IntArray) -> FloatArray:
        total, valid = np.zeros(len(counts)), np.zeros(len(counts))
        for column in columns:
            halves, pairs = column.won(counts)
            total += np.where(pairs > 0, halves / np.maximum(pairs, 1) - 1, 0.0)
            valid += pairs > 0
        means: FloatArray = total / np.maximum(valid, 1)
        return means

    return scorer


NAUC = Metric("nauc", True, _prepare_nauc)
"""Normalised area under the ROC curve, ``2 * AUC - 1``: the plain mean over classes, each against the rest.

Classes that all or none of the samples have are left out; 0 when no class is left (engine-spec 1.1).
"""
