"""How right a model is: counts, intervals and errors. Pure numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray

Z_95 = 1.959964
_RESAMPLED = 20_000  # of more samples, so many are resampled


def share_interval(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95% score interval (Wilson 1927); honest at 0 and 100%, where a bootstrap has no width.

    >>> low, high = share_interval(1.0, 20)
    >>> round(low, 2), high
    (0.84, 1.0)
    """
    if n <= 0:
        return 0.0, 1.0
    z = Z_95
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


@dataclass(frozen=True, slots=True)
class Share:
    """``right`` of ``total``, with the 95% interval that so few samples allow."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """The share, NaN where there is nothing to divide by."""
        return self.right / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """See :func:`share_interval`."""
        return share_interval(self.value, self.total)


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: of its samples how many were ``found``, and of the times it was said how many were ``trusted``."""

    name: str
    found: Share
    trusted: Share


def confusion(truth: IntArray, said: IntArray, classes: int) -> IntArray:
    """Return counts [classes, classes]: row the true class, column what the model said."""
    flat = np.bincount(truth * classes + said, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)


def class_figures(matrix: IntArray, names: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    """Return the figures of each class, in the order of ``names``."""
    return tuple(
        ClassFigures(
            name,
            Share(int(matrix[i, i]), int(matrix[i].sum())),
            Share(int(matrix[i, i]), int(matrix[:, i].sum())),
        )
        for i, name in enumerate(names)
    )


def worst_first(truth: IntArray, said: IntArray, probabilities: FloatArray) -> IntArray:
    """Return the rows the model got wrong, those it was most sure about first; equally sure ones keep their order."""
    rows = np.flatnonzero(truth != said)
    surprise = probabilities[rows, said[rows]] - probabilities[rows, truth[rows]]
    return rows[np.argsort(-surprise, kind="stable")].astype(np.int64)


def set_figures(truth: BoolArray, said: BoolArray, names: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    """Return the figures of each class where samples [n, classes] may have several."""
    both, true, named = ((rows.sum(axis=0)) for rows in (truth & said, truth, said))
    return tuple(
        ClassFigures(name, Share(int(both[k]), int(true[k])), Share(int(both[k]), int(named[k])))
        for k, name in enumerate(names)
    )


def worst_sets_first(truth: BoolArray, said: BoolArray, probabilities: FloatArray) -> IntArray:
    """Return the rows [n, classes] with a wrong class, those the model was most sure about first."""
    rows = np.flatnonzero((truth != said).any(axis=1))
    surprise = np.abs(probabilities[rows] - truth[rows]).max(axis=1, initial=0.0)
    return rows[np.argsort(-surprise, kind="stable")].astype(np.int64)


@dataclass(frozen=True, slots=True)
class ErrorFigures:
    """A regression's typical error (mean distance) and R², each with a 95% bootstrap interval."""

    typical: float
    typical_interval: tuple[float, float]
    explained: float
    explained_interval: tuple[float, float]


def error_figures(truth: FloatArray, said: FloatArray, resamples: int = 400, seed: int = 0) -> ErrorFigures:
    """Return the errors of the answers ``said`` [n] to true values ``truth`` [n]; a seed gives the same bounds."""
    rng, n = np.random.default_rng(seed), len(truth)
    distance, total = np.abs(truth - said), float(np.var(truth))
    r2 = 1 - float(np.mean((truth - said) ** 2)) / total if total > 0 else math.nan
    # Of very many samples a random part is resampled; what it tells is then surer by the root of its share.
    rows = rng.choice(n, _RESAMPLED, replace=False) if n > _RESAMPLED else np.arange(n)
    part, narrower = len(rows), math.sqrt(len(rows) / n)
    centred = truth[rows] - truth.mean()
    columns = np.stack([distance[rows], centred, centred**2, (truth[rows] - said[rows]) ** 2], axis=1)
    typical, mean, power, squared = np.stack([_drawn(rng, part) @ columns / part for _ in range(resamples)]).T
    spread = power - mean**2
    usable = spread > 0
    explained = 1 - squared[usable] / spread[usable]
    middle = float(distance.mean())
    bounds = [_bounds(_around(*values, narrower)) for values in ((middle, typical), (r2, explained))]
    return ErrorFigures(middle, bounds[0], r2, bounds[1])


def _drawn(rng: np.random.Generator, n: int) -> FloatArray:
    """Return how often each of ``n`` samples is drawn when as many are drawn with putting back."""
    return np.bincount(rng.integers(0, n, size=n), minlength=n).astype(np.float64)


def _around(middle: float, values: FloatArray, narrower: float) -> FloatArray:
    """Return resampled values of a part as those of the whole; as they are where the part is the whole."""
    return values if narrower == 1.0 or not len(values) else middle + (values - values.mean()) * narrower


def _bounds(values: FloatArray) -> tuple[float, float]:
    if not len(values):
        return math.nan, math.nan
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
