"""What a network is taught, how its answers are judged, and what they mean."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.finetune.waiting import sent
from engine.heads.answer import Answer
from engine.learners.base import Job
from engine.task import Kind

SMOOTHING = 0.1
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_SHARPNESS = (-3.0, 3.0)


class Targets:
    """The labels of a job as targets float32 [n, K]: one-hot, 0 and 1 for each class, or a standardised number."""

    def __init__(self, job: Job) -> None:
        self.kind = job.task.kind
        self.middle, self.spread = 0.0, 1.0
        if self.kind is Kind.REGRESSION:
            self.middle, self.spread = float(job.labels.mean()), float(job.labels.std()) or 1.0
            values = ((job.labels - self.middle) / self.spread)[:, None]
        elif self.kind is Kind.MULTICLASS:
            values = np.eye(job.task.outputs)[job.labels.astype(np.int64)]
        else:
            values = job.labels
        self.values: Float32Array = values.astype(np.float32)

    def tensor(self, rows: IntArray, device: str) -> Tensor:
        """Return the targets of ``rows`` [len(rows), K]."""
        return sent(torch.from_numpy(self.values[rows]), device)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return what a step makes smaller, for outputs [b, K]."""
        if self.kind is Kind.REGRESSION:
            return F.mse_loss(outputs, targets)
        if self.kind is Kind.MULTICLASS:
            return F.cross_entropy(outputs, targets, label_smoothing=SMOOTHING)
        return F.binary_cross_entropy_with_logits(outputs, targets)

    def sharpness(self, outputs: FloatArray, rows: IntArray) -> float:
        """Return the factor on outputs [len(rows), K] of unseen samples that makes their log-loss smallest.

        It is 1 for numbers and where there are no samples, and near 1 where there are few: the square of its logarithm
        counts as much as the log-loss of one sample. Golden-section search over the logarithm.
        """
        if self.kind is Kind.REGRESSION or not len(rows):
            return 1.0
        low, high = _SHARPNESS
        for _ in range(24):
            inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            if self._doubt(inner, outputs, rows) < self._doubt(outer, outputs, rows):
                high = outer
            else:
                low = inner
        return float(np.exp((low + high) / 2.0))

    def _doubt(self, factor: float, outputs: FloatArray, rows: IntArray) -> float:
        return self.error(outputs * np.exp(factor), rows) + factor**2 / len(rows)

    def error(self, outputs: FloatArray, rows: IntArray) -> float:
        """Return how wrong outputs [len(rows), K] are: the log-loss, or the mean square."""
        losses = self.losses(outputs, rows)
        return float(losses.sum(axis=1).mean() if self.kind is Kind.MULTICLASS else losses.mean())

    def losses(self, outputs: FloatArray, rows: IntArray) -> FloatArray:
        """Return how wrong outputs are for each sample and class, [len(rows), K]: the log-losses, or the squares."""
        wanted = self.values[rows].astype(np.float64)
        if self.kind is Kind.REGRESSION:
            return (outputs - wanted) ** 2
        told = np.clip(Answer.of(self.kind).apply(outputs), 1e-12, 1.0 - 1e-12)
        if self.kind is Kind.MULTICLASS:
            return -(wanted * np.log(told))
        return -(wanted * np.log(told) + (1.0 - wanted) * np.log1p(-told))

    def unstandardised(self, weight: Tensor, bias: Tensor, sharpness: float) -> tuple[Tensor, Tensor]:
        """Return a head [K, d], [K] with sharpness and units in it."""
        if self.kind is Kind.REGRESSION:
            return weight * self.spread, bias * self.spread + self.middle
        return weight * sharpness, bias * sharpness
