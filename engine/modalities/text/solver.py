"""Linear models on sparse features, a step at a time, so that whoever asks can look at the clock.

Newton's steps, each found by conjugate gradients (Lin, Weng and Keerthi, 2008). The models of all folds go side by side
through every product with the features, which takes little longer than one of them alone.

Scores are ``X (ratios * v) + bias``, with v held small: where ``ratios`` are a naive Bayes model's log-count ratios,
this is NB-SVM (Wang and Manning, 2012) with a logistic loss, where there are none it is plain regression.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, Float32Array, FloatArray
from engine.modalities.text.links import LOSSES, Seen

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_STEPS, _INNER_STEPS = 20, 30
_STANDSTILL = 0.02  # of the slope where the models say the same of everything
_INNER_STANDSTILL = 0.2
_SUFFICIENT = 1e-4
_HALVINGS = 20
_FLAT = 1e-6


@dataclass(frozen=True, eq=False)
class Fit:
    """F models to find: each makes the loss of its ``learned`` rows [n, F] and half a penalty times |v|² least.

    ``matrix`` [n, m], ``targets`` [n, K], ``ratios`` [m, F * K] or None where all are 1. Models are an array
    [m + 1, F * K] of v of the first model, of the second and so on; its last row is the biases, which are free.
    """

    matrix: csr_array[np.float32]
    transposed: csr_array[np.float32]
    targets: Float32Array
    learned: BoolArray
    link: str
    ratios: Float32Array | None = None

    @property
    def start(self) -> Float32Array:
        """The models that say the same of everything."""
        return np.zeros((self.matrix.shape[1] + 1, self.learned.shape[1] * self.targets.shape[1]), dtype=np.float32)

    def scores(self, models: Float32Array) -> Float32Array:
        """Return what the models say of the rows, as [n, F, K]."""
        found = self.matrix @ self._held(models[:-1]) + models[-1]
        return np.asarray(found).reshape(len(found), self.learned.shape[1], -1)

    def seen(self, scores: Float32Array) -> Seen:
        """Return what scores [n, F, K] are worth."""
        return LOSSES[self.link](scores, self.targets[:, None])

    def loss(self, seen: Seen) -> FloatArray:
        """Return the losses [F] of the learned rows."""
        return np.asarray((seen.loss * self.learned).sum(axis=0, dtype=np.float64))

    def back(self, slope: Float32Array) -> Float32Array:
        """Return slopes of the scores of all rows, [n, F, K], as slopes of the models for those that are learned."""
        mine = (slope * self.learned[:, :, None]).reshape(len(slope), -1)
        return np.concatenate([self._held(self.transposed @ mine), mine.sum(axis=0, keepdims=True)])

    def weights(self, models: Float32Array) -> Float32Array:
        """Return the weights and, in the last row, the bias of each model, [m + 1, F, K]."""
        found = np.concatenate([self._held(models[:-1]), models[-1:]])
        return found.reshape(len(found), self.learned.shape[1], -1)

    def _held(self, values: Float32Array) -> Float32Array:
        return values if self.ratios is None else values * self.ratios

    def products(self, one: Float32Array, other: Float32Array) -> FloatArray:
        """Return the inner products [F] of each model's columns.

        Not by BLAS, which shares this little work between threads: on a computer with anything else to do, waiting for
        them took twenty times as long as the work.
        """
        columns = np.einsum("mc,mc->c", one, other).astype(np.float64)
        return np.asarray(columns.reshape(self.learned.shape[1], -1).sum(axis=1))

    def spread(self, factors: FloatArray) -> Float32Array:
        """Return factors [F] of the models as factors of their columns."""
        return np.repeat(factors, self.targets.shape[1]).astype(np.float32)

    @cached_property
    def steepness(self) -> FloatArray:
        """How steep the loss is where the models say the same of everything, [F]."""
        slope = self.back(self.seen(self.scores(self.start)).slope)[:-1]
        return np.sqrt(self.products(slope, slope))


class Descent:
    """The way from ``models`` downhill until the slope is next to none: there are ``models`` and their ``scores``.

    ``penalty`` is on half of |v|². Where the start is none of the fit's own, it is best that of a greater penalty.
    """

    def __init__(self, fit: Fit, penalty: float, models: Float32Array) -> None:
        self.fit, self.penalty = fit, penalty
        self.models, self.scores = models, fit.scores(models)
        self._done = 0.0

    def steps(self) -> Generator[float, None, None]:
        """Go; yield after each product with the features how much of the way is done, 0 to 1."""
        fit = self.fit
        for _ in range(_STEPS):
            seen = fit.seen(self.scores)
            slope = fit.back(seen.slope)
            slope[:-1] += np.float32(self.penalty) * self.models[:-1]
            steepness = np.sqrt(fit.products(slope, slope)) / np.maximum(fit.steepness, _FLAT)
            going = steepness > _STANDSTILL
            self._done = max(self._done, _way_done(float(steepness.max())))
            yield self._done
            if not going.any():
                return
            step, ahead = yield from self._step(seen, slope, going)
            lengths = self._lengths(seen, step, ahead, going)
            if not lengths.any():
                return
            self.models = self.models + fit.spread(lengths) * step
            self.scores = self.scores + _each(lengths) * ahead

    def _step(
        self, seen: Seen, slope: Float32Array, going: BoolArray
    ) -> Generator[float, None, tuple[Float32Array, Float32Array]]:
        """Return Newton's step for the models that are ``going`` [F], and by how much it moves the scores."""
        fit = self.fit
        bend = np.maximum((seen.bend * fit.learned[:, :, None]).sum(axis=0).ravel(), _FLAT)
        step, ahead, rest = np.zeros_like(slope), np.zeros_like(seen.slope), -slope
        scaled = _with_biases(rest, self.penalty / bend)
        way, left = scaled, fit.products(rest, scaled)
        enough = _INNER_STANDSTILL**2 * left
        for _ in range(_INNER_STEPS):
            along = fit.scores(way)
            turned = fit.back(seen.bent(along))
            turned[:-1] += np.float32(self.penalty) * way[:-1]
            bent = fit.products(way, turned)
            moving = going & (left > enough) & (bent > 0.0)
            if not moving.any():
                break
            lengths = np.where(moving, left / np.where(moving, bent, 1.0), 0.0)
            step += fit.spread(lengths) * way
            ahead += _each(lengths) * along
            rest -= fit.spread(lengths) * turned
            scaled = _with_biases(rest, self.penalty / bend)
            now = fit.products(rest, scaled)
            way = scaled + fit.spread(np.where(moving, now / np.where(moving, left, 1.0), 0.0)) * way
            left = np.where(moving, now, left)
            yield self._done
        return step, ahead

    def _lengths(self, seen: Seen, step: Float32Array, ahead: Float32Array, going: BoolArray) -> FloatArray:
        """Return how far each model goes along its step, [F]: 1, or half of it as often as is needed."""
        fit, weights, changes = self.fit, self.models[:-1], step[:-1]
        both, new = fit.products(weights, changes), fit.products(changes, changes)
        before = fit.loss(seen)
        rise = (seen.slope * ahead * fit.learned[:, :, None]).sum(axis=(0, 2), dtype=np.float64) + self.penalty * both
        lengths = going.astype(np.float64)
        for _ in range(_HALVINGS):
            there = fit.loss(fit.seen(self.scores + _each(lengths) * ahead))
            heavier = self.penalty * (lengths * both + 0.5 * lengths**2 * new)
            higher = there + heavier > before + _SUFFICIENT * lengths * rise
            if not higher.any():
                break
            lengths = np.where(higher, 0.5 * lengths, lengths)
        return np.where(higher, 0.0, lengths)


def _each(factors: FloatArray) -> Float32Array:
    """Return factors [F] of the models as factors of their scores [n, F, K]."""
    return factors.astype(np.float32)[:, None]


def _with_biases(values: Float32Array, factors: FloatArray) -> Float32Array:
    """Return an array like models with the last row scaled: the biases, which no penalty holds, bend far more."""
    return np.concatenate([values[:-1], (values[-1:] * factors).astype(np.float32)])


def _way_done(steepness: float) -> float:
    """Return how much of the way is done where the slope is this share of what it was at the start, 0 to 1."""
    return float(np.clip(np.log(max(steepness, _STANDSTILL)) / np.log(_STANDSTILL), 0.0, 1.0))
