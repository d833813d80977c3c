"""Kernel ridge regression on targets of 0 and 1, or numbers, cross-validated in closed form.

With ``G = (K + c + penalty I)^-1`` and ``a = G Y``, the answers for fold f of the machine trained without f are exactly
``Y_f - G_ff^-1 a_f`` (block leave-out of a linear smoother), so all folds cost one inverse. The constant ``c`` added to
the kernel is a bias that is hardly penalised. Up to ``FULL`` rows this is the full machine; above, the kernels of
``LANDMARKS`` random rows are the features of a ridge ("subset of regressors") solved by normal equations, one fold
subtracted; it needs a larger penalty, or it nearly interpolates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.heads.kernel import KernelHead, squared_distances
from engine.heads.problem import Problem

FULL = 3000
LANDMARKS = 1500
_FEWEST_LANDMARKS = 512
_KERNEL_VALUES = 100_000_000
_BIAS = 4.0
_BLOCK = 1000

Pieces = Generator[None, None, "Fit"]


@dataclass(frozen=True)
class Shape:
    """The two knobs: ``narrowness`` is the factor on squared distances, ``penalty`` the ridge."""

    narrowness: float
    penalty: float


@dataclass(frozen=True)
class Fit:
    """A fitted head with its out-of-fold answers [n, K] (NaN rows where there are none) and their loss.

    ``unseen`` holds, by fold, the head of the machine trained without it, for samples that are like those of the fold.
    """

    head: KernelHead
    unseen: Mapping[int, KernelHead]
    out_of_fold: FloatArray
    loss: float
    shape: Shape


_PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
_NARROWER, _WIDER = 1.4, (0.35, 0.1, 0.02)  # the last is next to linear
_LESS = 1.0 / 3.0  # of the penalty: a wider kernel tells less of rows apart


def search(problem: Problem, thorough: bool) -> Generator[Fit | None, None, None]:
    """Yield the fit of the usual shape, then, when ``thorough``, the best of a small search if that is better.

    Yields None between pieces of work, so that the caller can look at the clock. Kernels grow wider, at last next to
    linear, as long as that helps, which it does with few samples: log-loss (5 folds, three times) with the two widest
    and without was 0.144 and 0.148 on features at 224 px of 244 photos of two kinds, 0.123 and 0.128 at 320 px, 0.065
    and 0.070, 0.065 and 0.068 on 240 with several classes; on 500 of six kinds and 500 tiny ones nothing changed.
    """
    machine = _machine(problem)
    best = usual = yield from machine.fit(machine.usual)
    yield usual
    if not thorough:
        return
    for penalty in _PENALTIES:
        if penalty == usual.shape.penalty:
            continue
        fit = yield from machine.fit(Shape(usual.shape.narrowness, penalty))
        best = min(best, fit, key=lambda one: one.loss)
    fit = yield from machine.fit(Shape(_NARROWER, best.shape.penalty))
    best = min(best, fit, key=lambda one: one.loss)
    for narrowness in _WIDER:
        before, penalty = best, best.shape.penalty
        for shape in (Shape(narrowness, penalty), Shape(narrowness, _LESS * penalty)):
            fit = yield from machine.fit(shape)
            best = min(best, fit, key=lambda one: one.loss)
        if best is before:
            break
    if best is not usual:
        yield best


def fitted(problem: Problem, shape: Shape) -> Fit:
    """Return the fit of one shape."""
    pieces = _machine(problem).fit(shape)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            fit: Fit = end.value
            return fit


class _Machine(ABC):
    """``usual`` is the shape that does well on most data."""

    usual: ClassVar[Shape]

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.folds = [np.flatnonzero(problem.folds == fold) for fold in np.unique(problem.folds[problem.folds >= 0])]

    @abstractmethod
    def fit(self, shape: Shape) -> Pieces:
        """Fit and cross-validate one shape, in pieces."""

    def _finish(
        self, shape: Shape, marks: FloatArray, weight: FloatArray, scores: FloatArray, unseen: Sequence[FloatArray]
    ) -> Fit:
        """Return the fit from weights [m, K] on the landmarks' kernels plus constant, and out-of-fold scores [n, K].

        ``unseen`` are such weights found without each of the folds.
        """
        problem = self.problem
        factor, shift = problem.line(scores)
        width = np.sqrt(shape.narrowness)
        lined, unit = scores * factor + shift, problem.target_scale

        def learned(weight: FloatArray) -> tuple[Float32Array, Float32Array]:
            whole = len(weight) == len(marks)
            bias: FloatArray = _BIAS * weight.sum(axis=0) if whole else np.sqrt(_BIAS) * weight[-1]
            bias = (bias * factor + shift) * unit + problem.target_mean
            return (weight[: len(marks)] * factor * unit).astype(np.float32), bias.astype(np.float32)

        places = (problem.mean, problem.scale * width, marks * width)
        mean, scale, landmarks = (array.astype(np.float32) for array in places)
        head, *others = (
            KernelHead(problem.root, problem.answer, mean, scale, landmarks, *learned(one)) for one in (weight, *unseen)
        )
        folds = (int(problem.folds[rows[0]]) for rows in self.folds)
        without = dict(zip(folds, others, strict=True))
        return Fit(head, without, problem.answers(lined), problem.loss(lined), shape)


class _Full(_Machine):
    """Every row is a landmark."""

    usual = Shape(narrowness=0.7, penalty=0.3)

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.inputs = problem.inputs()
        self.distances = squared_distances(self.inputs, self.inputs)

    @override
    def fit(self, shape: Shape) -> Pieces:
        kernel = np.exp(-shape.narrowness * self.distances)
        kernel += _BIAS
        kernel[np.diag_indices_from(kernel)] += shape.penalty
        yield
        inverse = np.linalg.inv(kernel)
        targets = self.problem.targets
        weight = inverse @ targets
        scores = np.full_like(targets, np.nan)
        unseen = []
        for rows in self.folds:
            part = np.linalg.solve(inverse[np.ix_(rows, rows)], weight[rows])
            scores[rows] = targets[rows] - part
            unseen.append(weight - inverse[:, rows] @ part)
        yield
        return self._finish(shape, self.inputs, weight, scores, unseen)


def _machine(problem: Problem) -> _Machine:
    return _Full(problem) if len(problem.folds) <= FULL else _Landmarks(problem)


@dataclass
class _Normal:
    """The normal equations of a set of rows: ``gram`` [m+1, m+1], ``moment`` [m+1, K]."""

    gram: FloatArray
    moment: FloatArray


class _Landmarks(_Machine):
    """A random part of the rows are landmarks."""

    usual = Shape(narrowness=0.7, penalty=1.0)

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        rows = len(problem.folds)
        count = min(LANDMARKS, max(_FEWEST_LANDMARKS, _KERNEL_VALUES // rows))
        chosen = np.sort(np.random.default_rng(0).permutation(rows)[:count])
        self.marks = problem.inputs(chosen)
        self.others = np.flatnonzero(problem.folds < 0)
        self._between = squared_distances(self.marks, self.marks)
        self._distances = np.empty((0, count), dtype=np.float32)
        self._narrowness = 0.0
        self._parts: list[_Normal] = []

    @override
    def fit(self, shape: Shape) -> Pieces:
        if not len(self._distances):
            yield from self._measure()
        if shape.narrowness != self._narrowness:
            self._parts = []
            for rows in (*self.folds, self.others):
                self._parts.append((yield from self._normal(rows, shape.narrowness)))
            self._narrowness = shape.narrowness
        total = _Normal(
            np.sum([part.gram for part in self._parts], axis=0), np.sum([part.moment for part in self._parts], axis=0)
        )
        ridge = self._ridge(shape)
        scores, unseen = np.full_like(self.problem.targets, np.nan), []
        for rows, part in zip(self.folds, self._parts, strict=False):  # the last part is the rows that no fold holds
            unseen.append(
                np.linalg.solve(total.gram - part.gram + ridge, total.moment - part.moment).astype(np.float64)
            )
            yield
            scores[rows] = self._kernels(rows, shape.narrowness) @ unseen[-1]
        weight = np.linalg.solve(total.gram + ridge, total.moment)
        yield
        return self._finish(shape, self.marks, weight.astype(np.float64), scores, unseen)

    def _measure(self) -> Generator[None, None, None]:
        distances = np.empty((len(self.problem.folds), len(self.marks)), dtype=np.float32)
        for first in range(0, len(distances), _BLOCK):
            block = slice(first, first + _BLOCK)
            distances[block] = squared_distances(self.problem.inputs(block), self.marks)
            yield
        self._distances = distances

    def _kernels(self, rows: IntArray, narrowness: float) -> FloatArray:
        kernels = np.exp(-narrowness * self._distances[rows].astype(np.float64))
        return np.hstack([kernels, np.full((len(rows), 1), np.sqrt(_BIAS))])

    def _normal(self, rows: IntArray, narrowness: float) -> Generator[None, None, _Normal]:
        size = len(self.marks) + 1
        normal = _Normal(np.zeros((size, size)), np.zeros((size, self.problem.targets.shape[1])))
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            kernels = self._kernels(block, narrowness)
            normal.gram += kernels.T @ kernels
            normal.moment += kernels.T @ self.problem.targets[block]
            yield
        return normal

    def _ridge(self, shape: Shape) -> FloatArray:
        """Return ``penalty`` times the kernel among the landmarks (1 for the bias), made safely invertible."""
        size = len(self.marks) + 1
        ridge = np.zeros((size, size))
        ridge[:-1, :-1] = np.exp(-shape.narrowness * self._between)
        ridge[np.diag_indices(size)] += 1e-6
        ridge[-1, -1] = 1.0
        return shape.penalty * ridge
