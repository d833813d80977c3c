"""How right a model is when it says how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.results.figures import Share

BINS = 10
_ROWS, _RESAMPLES = 20_000, 200


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one sureness: their mean sureness ``said``, how many were right, and the bin's bounds."""

    low: float
    high: float
    said: float
    share: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """The bins that hold answers; figures are shares, each with a 95% bootstrap interval.

    Attributes:
        bins: from the least sure answers to the surest.
        gap: how much surer than right the answers are on average; below 0 they are more right than sure.
        gap_interval: its bounds.
        error: the expected calibration error, the mean distance between how sure and how right the answers of a bin
            are (Naeini et al., 2015; ten bins of equal width). Few answers alone make it grow.
        error_interval: its bounds, widened to hold the error itself.
    """

    bins: tuple[Bin, ...]
    gap: float
    gap_interval: tuple[float, float]
    error: float
    error_interval: tuple[float, float]


def calibration(sure: FloatArray, right: BoolArray, bins: int = BINS, seed: int = 0) -> Calibration:
    """Return how the sureness [n], 0 to 1, of answers compares with whether they were right [n].

    Raises:
        ValueError: there is no answer.
    """
    if not len(sure):
        raise ValueError("Calibration needs at least one answer, but got none.")
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    answers = np.bincount(place, minlength=bins)
    hits = np.bincount(place, weights=right, minlength=bins).astype(np.int64)
    sums = np.bincount(place, weights=sure, minlength=bins)
    found = tuple(
        Bin(k / bins, (k + 1) / bins, float(sums[k] / answers[k]), Share(int(hits[k]), int(answers[k])))
        for k in range(bins)
        if answers[k]
    )
    error = float(np.abs(sums - hits).sum() / len(sure))
    gaps, errors = _resampled(sure - right, place, bins, seed)
    low, high = _bounds(errors)
    return Calibration(found, float((sure - right).mean()), _bounds(gaps), error, (min(low, error), max(high, error)))


def _resampled(gap: FloatArray, place: IntArray, bins: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return mean gap and error of each resample; of very many answers evenly spaced ones are drawn from."""
    step = -(-len(gap) // _ROWS)
    gap, place = gap[::step], place[::step]
    rng = np.random.default_rng(seed)
    sums = np.empty((_RESAMPLES, bins))
    for number in range(_RESAMPLES):
        rows = rng.integers(0, len(gap), len(gap))
        sums[number] = np.bincount(place[rows], weights=gap[rows], minlength=bins)
    return sums.sum(axis=1) / len(gap), np.abs(sums).sum(axis=1) / len(gap)


def _bounds(values: FloatArray) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
