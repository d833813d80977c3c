"""Penalised linear models: squared error, logistic and softmax, with category codes never made one-hot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Rows:
    """What to learn: ``design`` [n, width], ``codes`` [n, categories].

    ``targets`` are class indices or numbers [n], or 0 and 1 for each class [n, classes].
    """

    design: FloatArray
    codes: IntArray
    targets: FloatArray

    def take(self, rows: IntArray) -> Rows:
        """Return the rows at ``rows``."""
        return Rows(self.design[rows], self.codes[rows], self.targets[rows])


@dataclass(frozen=True, eq=False)
class Shape:
    """How one flat vector holds a model: bias, weights, then a table for each category column."""

    width: int
    sizes: Sequence[int]
    outputs: int

    @property
    def length(self) -> int:
        """Numbers in the flat vector."""
        return (1 + self.width + sum(self.sizes)) * self.outputs

    def parts(self, flat: FloatArray) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        """Return views: bias [outputs], weights [width, outputs], tables [size, outputs]."""
        grid = flat.reshape(-1, self.outputs)
        edges = np.cumsum([1 + self.width, *self.sizes])
        tables = [grid[start:end] for start, end in pairwise(edges)]
        return grid[0], grid[1 : 1 + self.width], tables


def raw_outputs(flat: FloatArray, shape: Shape, rows: Rows) -> FloatArray:
    """Return the model's raw outputs [n, outputs]."""
    bias, weights, tables = shape.parts(flat)
    raw = rows.design @ weights + bias
    for place, table in enumerate(tables):
        raw += table[rows.codes[:, place]]
    return np.asarray(raw)


@dataclass(frozen=True, eq=False)
class Fit:
    """A problem: mean loss of the ``link`` + ``penalty`` / (2n) * |weights and tables|², the bias left free."""

    rows: Rows
    shape: Shape
    link: str
    penalty: float

    def objective(self, flat: FloatArray) -> tuple[float, FloatArray]:
        """Return the value and its gradient, shaped as ``flat``."""
        rows, outputs = self.rows, self.shape.outputs
        loss, slope = _LOSSES[self.link](raw_outputs(flat, self.shape, rows), rows.targets)
        gradient = np.empty_like(flat)
        bias, weights, tables = self.shape.parts(gradient)
        bias[:] = slope.sum(axis=0)
        weights[:] = rows.design.T @ slope
        for place, table in enumerate(tables):
            for output in range(outputs):
                table[:, output] = np.bincount(rows.codes[:, place], slope[:, output], minlength=len(table))
        count = max(1, len(rows.targets))
        penalised = flat[outputs:]
        gradient /= count
        gradient[outputs:] += self.penalty / count * penalised
        return loss / count + 0.5 * self.penalty / count * float(penalised @ penalised), gradient


def _squared(raw: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
    slope = raw - targets[:, None]
    return 0.5 * float((slope**2).sum()), slope


def _logistic(raw: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
    odds = raw[:, 0]
    loss = float((np.logaddexp(0.0, odds) - targets * odds).sum())
    slope = 0.5 * (1.0 + np.tanh(0.5 * odds)) - targets
    return loss, slope[:, None]


def _logistics(raw: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
    loss = float((np.logaddexp(0.0, raw) - targets * raw).sum())
    return loss, np.asarray(0.5 * (1.0 + np.tanh(0.5 * raw)) - targets)


def _softmax(raw: FloatArray, targets: FloatArray) -> tuple[float, FloatArray]:
    top = raw.max(axis=1, keepdims=True)
    shares = np.exp(raw - top)
    totals = shares.sum(axis=1, keepdims=True)
    shares /= totals
    chosen = (np.arange(len(raw)), targets.astype(np.int64))
    loss = float((np.log(totals[:, 0]) + top[:, 0] - raw[chosen]).sum())
    shares[chosen] -= 1.0
    return loss, shares


_LOSSES: dict[str, Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]] = {
    "sigmoid": _logistic,
    "softmax": _softmax,
    "sigmoids": _logistics,
    "identity": _squared,
    "exp": _squared,
}
