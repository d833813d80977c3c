"""What a head is fitted on, and how good its answers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.heads.kernel import rooted, softmax
from engine.learners.base import Job
from engine.task import Kind

_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_SHARPNESS = (-2.0, 5.0)
_USUAL_SHARPNESS = 6.0


@dataclass(frozen=True)
class Problem:
    """Standardised inputs and what they should answer.

    ``inputs`` [n, d] have mean 0 and are divided by ``sqrt(d)`` times their deviation, so that two random rows lie
    about 2 apart in squared distance; ``targets`` [n, K] are one-hot, or one standardised number; ``folds`` [n].
    """

    inputs: FloatArray
    targets: FloatArray
    folds: IntArray
    classifies: bool
    root: float | None
    mean: FloatArray
    scale: FloatArray
    target_mean: float = 0.0
    target_scale: float = 1.0

    @classmethod
    def of(cls, job: Job, rows: IntArray, features: Float32Array, root: float | None) -> Self:
        """Return the problem of predicting the labels of ``rows`` of the job from their features [len(rows), d]."""
        values = rooted(features, root)
        mean = values.mean(axis=0)
        scale = 1.0 / ((values.std(axis=0) + 1e-3) * np.sqrt(values.shape[1]))
        labels, folds = job.labels[rows], job.folds[rows]
        inputs = (values - mean) * scale
        if job.task.kind is Kind.MULTICLASS:
            targets = np.eye(job.task.outputs)[labels.astype(np.int64)]
            return cls(inputs, targets, folds, True, root, mean, scale)
        middle, spread = float(labels.mean()), float(labels.std()) or 1.0
        targets = ((labels - middle) / spread)[:, None]
        return cls(inputs, targets, folds, False, root, mean, scale, middle, spread)

    def loss(self, scores: FloatArray) -> float:
        """Return the log-loss of softmax(scores), or the squared error, over rows that have scores; inf where none."""
        known = np.isfinite(scores[:, 0])
        if not known.any():
            return float("inf")
        if not self.classifies:
            return float(np.mean((scores[known] - self.targets[known]) ** 2))
        chances = (softmax(scores[known]) * self.targets[known]).sum(axis=1)
        return float(-np.mean(np.log(np.maximum(chances, 1e-15))))

    def sharpness(self, scores: FloatArray) -> float:
        """Return the factor on out-of-fold scores [n, K] that gives the smallest log-loss; 1 for a regression.

        Golden-section search over its logarithm, in which the loss is unimodal.
        """
        if not self.classifies:
            return 1.0
        if not np.isfinite(scores[:, 0]).any():
            return _USUAL_SHARPNESS
        low, high = _SHARPNESS
        for _ in range(24):
            inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            if self.loss(scores * np.exp(inner)) < self.loss(scores * np.exp(outer)):
                high = outer
            else:
                low = inner
        return float(np.exp((low + high) / 2.0))

    def answers(self, scores: FloatArray) -> FloatArray:
        """Return scores as probabilities or in the target's own units; NaN rows stay NaN."""
        return softmax(scores) if self.classifies else scores * self.target_scale + self.target_mean
