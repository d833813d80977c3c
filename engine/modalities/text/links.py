"""How the scores of linear models become answers, and what is lost by wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import Float32Array, FloatArray
from engine.task import Kind, Task


def link_of(task: Task) -> str:
    """Return how scores become answers: ``softmax``, ``sigmoid`` (two classes, or several at once) or ``identity``."""
    if task.kind is Kind.REGRESSION:
        return "identity"
    return "sigmoid" if task.kind is Kind.MULTILABEL or task.outputs == 2 else "softmax"


def targets_of(labels: FloatArray, task: Task) -> FloatArray:
    """Return what the scores of the task's link should tell: [n, classes], [n, 1] for two classes or a number."""
    if task.kind is Kind.MULTILABEL or task.kind is Kind.REGRESSION:
        return labels.reshape(len(labels), task.outputs).astype(np.float64)
    hot = np.eye(task.outputs)[labels.astype(np.int64)]
    return hot[:, 1:] if task.outputs == 2 else hot


def answers_of(scores: FloatArray, task: Task) -> FloatArray:
    """Return predictions [n, outputs] from scores as :func:`targets_of` shapes them."""
    link = link_of(task)
    if link == "identity":
        return scores
    if link == "softmax":
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    chances = 0.5 * (1.0 + np.tanh(0.5 * scores))
    return chances if task.kind is Kind.MULTILABEL else np.hstack([1.0 - chances, chances])


@dataclass(frozen=True, eq=False)
class Seen:
    """What scores [..., K] are worth: the ``loss`` [...], its ``slope`` and its ``bend`` along each score [..., K]."""

    loss: Float32Array
    slope: Float32Array
    bend: Float32Array
    chances: Float32Array | None = None

    def bent(self, direction: Float32Array) -> Float32Array:
        """Return by how much the slope changes along a direction [..., K], to first order."""
        if self.chances is None:
            return self.bend * direction
        mean = (self.chances * direction).sum(axis=-1, keepdims=True)
        return np.asarray(self.chances * (direction - mean))


def _squared(scores: Float32Array, targets: Float32Array) -> Seen:
    slope = scores - targets
    return Seen(0.5 * (slope**2).sum(axis=-1), slope, np.ones_like(slope))


def _logistic(scores: Float32Array, targets: Float32Array) -> Seen:
    loss = (np.logaddexp(np.float32(0.0), scores) - targets * scores).sum(axis=-1)
    chances = 0.5 * (1.0 + np.tanh(0.5 * scores))
    return Seen(loss, chances - targets, chances * (1.0 - chances))


def _softmax(scores: Float32Array, targets: Float32Array) -> Seen:
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - top)
    totals = powers.sum(axis=-1, keepdims=True)
    loss = (np.log(totals) + top)[..., 0] - (scores * targets).sum(axis=-1)
    chances = powers / totals
    return Seen(loss, chances - targets, chances * (1.0 - chances), chances)


LOSSES: dict[str, Callable[[Float32Array, Float32Array], Seen]] = {
    "sigmoid": _logistic,
    "softmax": _softmax,
    "identity": _squared,
}


def loss_of(scores: FloatArray, targets: Float32Array, link: str) -> float:
    """Return the mean loss of scores [n, K]; infinity where there are none."""
    return float(LOSSES[link](scores.astype(np.float32), targets).loss.mean()) if len(scores) else float("inf")
