"""How sure a score is: what it would have been on other samples of the same kind.

Percentile bootstrap (Efron & Tibshirani, 1993, ch. 13). A resample is a row of counts, how often each sample is drawn;
the metric sorts once and is then asked under those counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray
from engine.metrics.base import Metric, checked
from engine.metrics.registry import METRICS

_AT_ONCE = 1 << 16
_CELLS = 200_000
_LEAST_ROWS, _MOST_CELLS = 2_000, 500_000
_PERCENTILES = (2.5, 97.5)
_FAULTLESS = 1.0  # of every metric of which higher is better


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95% of the resampled scores, and their standard deviation."""

    low: float
    high: float
    se: float


def bootstrap(
    metric: str, labels: FloatArray, predictions: FloatArray, resamples: int = 200, seed: int = 0
) -> Interval:
    """Return the interval of one metric; see :func:`intervals`."""
    return intervals([metric], labels, predictions, resamples, seed)[metric]


def intervals(
    metrics: Iterable[str], labels: FloatArray, predictions: FloatArray, resamples: int = 200, seed: int = 0
) -> dict[str, Interval]:
    """Return the intervals of metrics over labels and predictions [n, K], by name; all of the same resamples.

    Resamples of faultless predictions are faultless too, which tells nothing. Of n samples without a fault at most
    3 / n of all others have one (95 %; the rule of three, Hanley and Lippman-Hand, 1983), so it goes down by as much.
    Where only a part is resampled, and that has no fault, the score of the whole may be off by as much to both sides,
    shrunk as in :func:`replicates`.

    Raises:
        KeyError: no metric has that name.
        ValueError: as :func:`engine.metrics.score`.
    """
    known, said = checked(labels, predictions)
    n, part = len(known), min(len(known), _rows(said.shape[1]))
    found = {}
    for name, values in _replicates(metrics, known, said, resamples, seed).items():
        low, high = np.percentile(values, _PERCENTILES)
        if low == high and METRICS[name].higher_is_better and (low == _FAULTLESS or part < n):
            reach = min(1.0, 3.0 / part * np.sqrt(part / n))
            low, high = low - reach, min(high + reach, _FAULTLESS)
        found[name] = Interval(float(low), float(high), float(values.std()))
    return found


def replicates(
    metric: str, labels: FloatArray, predictions: FloatArray, resamples: int = 200, seed: int = 0
) -> FloatArray:
    """Return the score of each resample, [resamples].

    Equal seeds draw equal samples, so the replicates of two predictions of the same samples can be compared in pairs.
    Above 200,000 cells (n * K) a random part of the samples is resampled instead, and the spread found there is shrunk
    by the root of the part's share: the cost is bounded.

    Raises:
        KeyError: no metric has that name.
        ValueError: as :func:`engine.metrics.score`.
    """
    return _replicates([metric], *checked(labels, predictions), resamples, seed)[metric]


def _replicates(
    names: Iterable[str], labels: FloatArray, predictions: FloatArray, resamples: int, seed: int
) -> dict[str, FloatArray]:
    chosen = {name: METRICS[name] for name in names}
    rng = np.random.default_rng(seed)
    n, part = len(labels), _rows(predictions.shape[1])
    if n <= part:
        return _resampled(chosen, labels, predictions, resamples, rng)
    rows = rng.choice(n, part, replace=False)
    found = _resampled(chosen, labels[rows], predictions[rows], resamples, rng)
    shrunk = {name: (values - values.mean()) * np.sqrt(part / n) for name, values in found.items()}
    return {name: metric.function(labels, predictions) + shrunk[name] for name, metric in chosen.items()}


def _rows(outputs: int) -> int:
    """Return how many samples are resampled; of thousands of classes fewer, since each class costs a pass over them."""
    return max(_CELLS // outputs, min(_LEAST_ROWS, _MOST_CELLS // outputs))


def _resampled(
    metrics: Mapping[str, Metric],
    labels: FloatArray,
    predictions: FloatArray,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Return the scores of each resample, [resamples], a few at a time so that they stay in the processor's cache."""
    n = len(labels)
    scorers = {name: metric.prepare(labels, predictions) for name, metric in metrics.items()}
    step = max(1, _AT_ONCE // n)
    values: dict[str, FloatArray] = {name: np.empty(resamples, dtype=np.float64) for name in metrics}
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        drawn = rng.integers(0, n, size=(count, n), dtype=np.int64)
        drawn += n * np.arange(count)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n)
        for name, scorer in scorers.items():
            values[name][start : start + count] = scorer(counts)
    return values
