"""What a head is fitted on, and how good its answers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.heads.answer import Answer
from engine.heads.kernel import rooted
from engine.heads.logistic import fit_curve
from engine.task import Task

_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_SHARPNESS = (-2.0, 5.0)
_USUAL_SHARPNESS = 6.0
_BLOCK = 1000  # rows that are looked at together


@dataclass(frozen=True)
class Problem:
    """Features [n, d] of samples and what they should answer.

    ``targets`` [n, K] are one-hot, 0 or 1 for each class, or one standardised number; ``folds`` [n]; ``mean`` and
    ``scale`` [d] standardise the features.
    """

    features: Float32Array
    targets: FloatArray
    folds: IntArray
    answer: Answer
    root: float | None
    mean: FloatArray
    scale: FloatArray
    target_mean: float = 0.0
    target_scale: float = 1.0

    @classmethod
    def of(cls, task: Task, labels: FloatArray, folds: IntArray, features: Float32Array, root: float | None) -> Self:
        """Return the problem of predicting labels from features [n, d].

        ``labels`` are class indices [n], values [n], or 0 and 1 for each class [n, classes]; ``folds`` [n] as
        :mod:`engine.split` says.
        """
        mean, deviation = _moments(features, root)
        scale = 1.0 / ((deviation + 1e-3) * np.sqrt(features.shape[1]))
        answer = Answer.of(task.kind)
        if answer is not Answer.NUMBER:
            targets = labels if answer is Answer.SIGMOID else np.eye(task.outputs)[labels.astype(np.int64)]
            return cls(features, targets, folds, answer, root, mean, scale)
        middle, spread = float(labels.mean()), float(labels.std()) or 1.0
        targets = ((labels - middle) / spread)[:, None]
        return cls(features, targets, folds, answer, root, mean, scale, middle, spread)

    def inputs(self, rows: IntArray | slice = slice(None)) -> FloatArray:
        """Return the inputs of some rows, or of all, [rows, d].

        They have mean 0 and are divided by ``sqrt(d)`` times their deviation, so that two random rows lie about 2 apart
        in squared distance. Of very many samples they would take several times the memory of the features.
        """
        return (rooted(self.features[rows], self.root) - self.mean) * self.scale

    def loss(self, scores: FloatArray) -> float:
        """Return the log-loss of the answers, or the squared error, over rows that have scores; inf where none."""
        known = np.isfinite(scores[:, 0])
        if not known.any():
            return float("inf")
        answers, targets = self.answer.apply(scores[known]), self.targets[known]
        if self.answer is Answer.NUMBER:
            return float(np.mean((answers - targets) ** 2))
        if self.answer is Answer.SIGMOID:
            return _surprise(np.where(targets > 0, answers, 1.0 - answers))
        return _surprise((answers * targets).sum(axis=1))

    def line(self, scores: FloatArray) -> tuple[float, float]:
        """Return the factor and the shift that make out-of-fold scores [n, K] as sure as they are right.

        One of each for all classes. Numbers come nearer to their mean where that lowers the error, never farther off.
        """
        known = np.isfinite(scores[:, 0])
        if self.answer is Answer.NUMBER:
            return _shrinkage(scores[known], self.targets[known]), 0.0
        if self.answer is Answer.SOFTMAX:
            return (self._sharpness(scores[known], self.targets[known]) if known.any() else _USUAL_SHARPNESS), 0.0
        if not known.any():
            return _USUAL_SHARPNESS, -0.5 * _USUAL_SHARPNESS
        return fit_curve(scores[known].ravel(), self.targets[known].ravel())

    @staticmethod
    def _sharpness(scores: FloatArray, targets: FloatArray) -> float:
        """Return the factor on scores [n, K] of the smallest loss, by golden-section search over its logarithm.

        Truths are smoothed by 1 / (n + 2) as in Platt (1999), so that a few faultless rows do not make the head certain
        of everything. There is one valley.
        """
        smooth = 1.0 / (len(scores) + 2)
        wanted = (1.0 - smooth) * targets + smooth / targets.shape[1]
        low, high = _SHARPNESS
        for _ in range(24):
            inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            if _cross_entropy(scores * np.exp(inner), wanted) < _cross_entropy(scores * np.exp(outer), wanted):
                high = outer
            else:
                low = inner
        return float(np.exp((low + high) / 2.0))

    def answers(self, scores: FloatArray) -> FloatArray:
        """Return scores as probabilities or in the target's own units; NaN rows stay NaN."""
        return self.answer.apply(scores) * self.target_scale + self.target_mean


def _moments(features: Float32Array, root: float | None) -> tuple[FloatArray, FloatArray]:
    """Return the mean and the deviation [d] of rooted features [n, d], block by block."""
    blocks = range(0, len(features), _BLOCK)
    mean = np.zeros(features.shape[1])
    for first in blocks:
        mean += rooted(features[first : first + _BLOCK], root).sum(axis=0)
    mean /= len(features)
    squares = np.zeros_like(mean)
    for first in blocks:
        squares += ((rooted(features[first : first + _BLOCK], root) - mean) ** 2).sum(axis=0)
    return mean, np.sqrt(squares / len(features))


def _shrinkage(scores: FloatArray, targets: FloatArray) -> float:
    """Return the factor from 0 to 1 on scores of numbers that leaves the smallest squared error; 1 for no scores."""
    size = float(np.vdot(scores, scores))
    return float(np.clip(np.vdot(scores, targets) / size, 0.0, 1.0)) if size else 1.0


def _cross_entropy(scores: FloatArray, wanted: FloatArray) -> float:
    above = scores - scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(above).sum(axis=1)) - (above * wanted).sum(axis=1)))


def _surprise(chances: FloatArray) -> float:
    return float(-np.mean(np.log(np.maximum(chances, 1e-15))))
