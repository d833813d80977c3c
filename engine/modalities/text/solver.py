"""Linear models on sparse features by L-BFGS, a step at a time, so that whoever asks can look at the clock.

Scores are ``X (ratios * v) + bias``, with ``v`` held small: where ``ratios`` are a naive Bayes model's log-count ratios
this is NB-SVM (Wang and Manning, 2012) with a logistic loss, where they are 1 it is plain regression.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.task import Kind, Task

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_MEMORY = 8
_SUFFICIENT = 1e-4
_HALVINGS = 20
_STANDSTILL = 1e-5

Objective = Callable[[FloatArray], tuple[float, FloatArray]]


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


def log_count_ratios(matrix: csr_array[np.float32], targets: FloatArray, learned: BoolArray) -> FloatArray:
    """Return how much more often each feature occurs with a class than without it, as a logarithm, [m, outputs].

    ``ln(p / |p|) - ln(q / |q|)``, where p and q are the feature's sums in the ``learned`` rows [n] with and without the
    class, plus 1.
    """
    inside = targets * learned[:, None]
    with_class = matrix.T @ inside + 1.0
    without = matrix.T @ (learned[:, None] - inside) + 1.0
    return np.asarray(np.log(with_class / with_class.sum(axis=0)) - np.log(without / without.sum(axis=0)))


@dataclass(frozen=True, eq=False)
class Fit:
    """A problem: sum over the ``learned`` rows [n] of the link's loss, and ``penalty`` / 2 times |v|².

    ``matrix`` [n, m], ``targets`` [n, K], ``ratios`` [m, K] or None where all are 1. A model is one flat vector: v row
    by row, then the bias, which is free.
    """

    matrix: csr_array[np.float32]
    transposed: csr_array[np.float32]
    targets: FloatArray
    learned: BoolArray
    link: str
    penalty: float
    ratios: FloatArray | None = None

    @property
    def start(self) -> FloatArray:
        """The model that says the same of everything."""
        return np.zeros((self.matrix.shape[1] + 1) * self.targets.shape[1])

    def weights(self, flat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return weights [m, K] and bias [K] of a flat model."""
        grid = flat.reshape(-1, self.targets.shape[1])
        return (grid[:-1] if self.ratios is None else grid[:-1] * self.ratios), grid[-1]

    def objective(self, flat: FloatArray) -> tuple[float, FloatArray]:
        """Return the value and its gradient."""
        weights, bias = self.weights(flat)
        loss, slope = _LOSSES[self.link](self.matrix @ weights + bias, self.targets)
        slope *= self.learned[:, None]
        gradient = np.empty((len(weights) + 1, len(bias)))
        gradient[:-1] = self.transposed @ slope
        if self.ratios is not None:
            gradient[:-1] *= self.ratios
        gradient[-1] = slope.sum(axis=0)
        values = flat[: -len(bias)]
        flat_gradient = gradient.ravel()
        flat_gradient[: -len(bias)] += self.penalty * values
        return dot(loss, self.learned.astype(loss.dtype)) + 0.5 * self.penalty * dot(values, values), flat_gradient


def dot(one: FloatArray, other: FloatArray) -> float:
    """Return the inner product of two vectors.

    Not by BLAS, which shares this little work between threads: on a computer with anything else to do, waiting for them
    took twenty times as long as the work.
    """
    return float(np.einsum("i,i->", one, other))


def loss_of(scores: FloatArray, targets: FloatArray, link: str) -> float:
    """Return the mean loss of scores [n, K]; infinity where there are none."""
    return float(_LOSSES[link](scores, targets)[0].mean()) if len(scores) else float("inf")


def minimise(objective: Objective, start: FloatArray, steps: int) -> Generator[None, None, FloatArray]:
    """Go downhill from ``start`` until it stands still, at most ``steps`` steps; yield after each, return the end.

    Limited-memory BFGS (Nocedal, 1980) with step halving.
    """
    point, (value, gradient) = start, objective(start)
    history: list[tuple[FloatArray, FloatArray, float]] = []
    for _ in range(steps):
        direction = _direction(gradient, history)
        slope = dot(direction, gradient)
        length = 1.0
        for _ in range(_HALVINGS):
            ahead = point + length * direction
            there, ahead_gradient = objective(ahead)
            if there <= value + _SUFFICIENT * length * slope:
                break
            length *= 0.5
        else:
            return point
        moved, turned = ahead - point, ahead_gradient - gradient
        curvature = dot(moved, turned)
        if curvature > 0.0:
            history = [*history, (moved, turned, curvature)][-_MEMORY:]
        gained = value - there
        point, value, gradient = ahead, there, ahead_gradient
        yield
        if gained <= _STANDSTILL * abs(value):
            break
    return point


def _direction(gradient: FloatArray, history: list[tuple[FloatArray, FloatArray, float]]) -> FloatArray:
    """Return the quasi-Newton direction by the two-loop recursion."""
    direction = -gradient
    if not history:
        return direction / max(1.0, float(np.sqrt(dot(gradient, gradient))))
    factors = []
    for moved, turned, curvature in reversed(history):
        factor = dot(moved, direction) / curvature
        direction -= factor * turned
        factors.append(factor)
    _, turned, curvature = history[-1]
    direction *= curvature / dot(turned, turned)
    for (moved, turned, curvature), factor in zip(history, reversed(factors), strict=True):
        direction += (factor - dot(turned, direction) / curvature) * moved
    return direction


def _squared(scores: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    slope = scores - targets
    return 0.5 * (slope**2).sum(axis=1), slope


def _logistic(scores: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    loss = (np.logaddexp(0.0, scores) - targets * scores).sum(axis=1)
    return loss, 0.5 * (1.0 + np.tanh(0.5 * scores)) - targets


def _softmax(scores: FloatArray, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
    top = scores.max(axis=1, keepdims=True)
    powers = np.exp(scores - top)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.log(totals[:, 0]) + top[:, 0] - (scores * targets).sum(axis=1)
    return loss, powers / totals - targets


_LOSSES: dict[str, Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]] = {
    "sigmoid": _logistic,
    "softmax": _softmax,
    "identity": _squared,
}
