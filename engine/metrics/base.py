"""The Metric contract: labels and predictions in, one number out, whatever each sample counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray, IntArray

Scorer = Callable[[IntArray], FloatArray]
"""Takes how often each sample counts, [b, n], and returns the score under each row of counts, [b]."""


@dataclass(frozen=True)
class Metric:
    """A pure function of labels and predictions [n, K].

    Labels are class indices or values [n]; or, where a sample may have several classes, 0 or 1 for each [n, K].

    ``prepare`` does what no count can change (sorting, ranking) once; the bootstrap asks its scorer many times.
    """

    name: str
    higher_is_better: bool
    prepare: Callable[[FloatArray, FloatArray], Scorer]

    def function(self, labels: FloatArray, predictions: FloatArray) -> float:
        """Return the score of all samples, each counted once."""
        return float(self.prepare(labels, predictions)(np.ones((1, len(labels)), dtype=np.int64))[0])


def checked(labels: FloatArray, predictions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both as float64 arrays of shape [n] (or [n, K] for several classes a sample) and [n, K].

    Raises:
        ValueError: the shapes do not fit, there is no sample, or a value is missing or infinite.
    """
    known = np.asarray(labels, dtype=np.float64)
    said = np.asarray(predictions, dtype=np.float64)
    fitting = said.ndim == 2 and known.shape in {said.shape[:1], said.shape}
    if not fitting:
        raise ValueError(f"Labels must be [n] and predictions [n, K], but got {known.shape} and {said.shape}.")
    if len(known) == 0:
        raise ValueError("A score needs at least one sample, but got none.")
    if not (np.isfinite(known).all() and np.isfinite(said).all()):
        raise ValueError("Labels and predictions must be finite, but got missing or infinite values: mask those rows.")
    return known, said


def mean(values: FloatArray, counts: IntArray) -> FloatArray:
    """Return the mean of values [n] under each row of counts [b, n], shape [b]."""
    # Not a matrix product: BLAS would wake its threads for it, which a busy machine makes slow.
    means: FloatArray = np.einsum("bn,n->b", counts, values) / counts.sum(axis=1)
    return means


def totals(codes: IntArray, counts: IntArray, width: int) -> IntArray:
    """Sum counts [b, n] by the code [n] of each sample, shape [b, width]."""
    repeats = len(counts)
    places = (codes + width * np.arange(repeats)[:, None]).ravel()
    sums = np.bincount(places, weights=counts.ravel(), minlength=repeats * width)
    return sums.reshape(repeats, width).astype(np.int64)
