"""The head that is refitted while a person labels: the engine's own, on few labels and in a small space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead, squared_distances
from engine.heads.problem import Problem
from engine.heads.ridge import Fit, Shape, fitted, search
from engine.split import assign_folds
from engine.task import Kind, Task

MOST = 1500  # samples that are learned from: more of them take longer than a second and tell little more
THOROUGH = 200  # labels up to which the shape of the head is searched for
TOLD_FROM = 30  # labels from which on its own answers are learned from too; fewer were not tried
OF_MANY = Shape(narrowness=1.4, penalty=0.03)  # the best of 16 with 400 labels and more, on photos
NARROWNESS = 0.7  # of the kernel that tells strange samples
_AT_ONCE = 8192


@dataclass(frozen=True)
class Fitted:
    """Two heads: the better one, and ``modest``, fitted to labels alone, whose chances are as high as they are right.

    A head that learned from its own answers is surer of them than it should be. They are one and the same where nothing
    but labels was learned from. ``error`` is, for numbers, how far off answers to samples it had not seen were (a
    standard deviation).

    Right on held-out photos of ``trashnet`` (5 folds of the train part, labels in the suggested order, 2,021 in all,
    0.898 with all of them): 0.762, 0.814, 0.855 and 0.888 with 6, 10, 20 and 40 % of the labels alone; 0.786, 0.830,
    0.879 and 0.899 with what the head says of the rest, twice as sure as it is.
    """

    head: KernelHead
    modest: KernelHead
    error: float = 0.0

    def answers(self, points: Float32Array) -> tuple[FloatArray, FloatArray]:
        """Return what the better and what the modest head say of points [n, w]: chances [n, K], or numbers [n, 1]."""
        better = _answers(self.head, points)
        return better, better if self.modest is self.head else _answers(self.modest, points)


def fit(
    points: Float32Array,
    labels: FloatArray,
    task: Task,
    groups: IntArray,
    unlabelled: Float32Array,
    most: int = MOST,
) -> Fitted:
    """Fit a head to labelled points; where classes have many labels, to its own answers to the rest too.

    Args:
        points: [n, w] of :class:`labeling.suggest.space.Space`.
        labels: class indices [n], numbers [n], or 0 and 1 for each class [n, classes].
        task: what is asked.
        groups: [n]; near-copies share a number and are never checked on each other.
        unlabelled: [m, w], points without a label that may be learned from.
        most: how many samples are learned from at most.
    """
    if len(labels) > most:
        kept = _spread(labels, task.kind, most)
        points, labels, groups = points[kept], labels[kept], groups[kept]
    folds = assign_folds(_strata(labels, task.kind), groups, seed=0)
    problem = _problem(points, labels, folds, task)
    best = _searched(problem) if len(labels) <= THOROUGH else fitted(problem, OF_MANY)
    if task.kind is Kind.MULTICLASS and len(labels) >= TOLD_FROM:
        return Fitted(fitted(_with_told(problem, best.head, unlabelled, most), OF_MANY).head, best.head)
    if task.kind is not Kind.REGRESSION:
        return Fitted(best.head, best.head)
    off = best.out_of_fold[:, 0] - labels
    known = off[np.isfinite(off)]
    error = float(np.sqrt(np.mean(known**2))) if len(known) else float(np.std(labels))
    return Fitted(best.head, best.head, error)


def _answers(head: KernelHead, points: Float32Array) -> FloatArray:
    parts = [head.predict(points[at : at + _AT_ONCE]) for at in range(0, len(points), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty((0, len(head.bias)))


def _with_told(problem: Problem, head: KernelHead, unlabelled: Float32Array, most: int) -> Problem:
    """Return the problem with points added, ``most`` in all, that are to get what the ``head`` says of them, squared.

    Squared chances, scaled to add up to 1, are those of one twice as sure.
    """
    left = max(0, most - len(problem.features))
    if len(unlabelled) > left:
        unlabelled = unlabelled[np.random.default_rng(0).permutation(len(unlabelled))[:left]]
    told = _answers(head, unlabelled) ** 2
    told /= told.sum(axis=1, keepdims=True)
    return replace(
        problem,
        features=np.concatenate([problem.features, unlabelled]),
        targets=np.concatenate([problem.targets, told]),
        folds=np.concatenate([problem.folds, np.full(len(told), -1)]),  # what was only said is never checked on
    )


def _searched(problem: Problem) -> Fit:
    *_, best = (one for one in search(problem, thorough=True) if one is not None)
    return best


def _problem(points: Float32Array, labels: FloatArray, folds: IntArray, task: Task) -> Problem:
    width = points.shape[1]
    mean, scale = np.zeros(width), np.ones(width)
    answer = Answer.of(task.kind)
    if answer is Answer.NUMBER:
        middle, spread = float(labels.mean()), float(labels.std()) or 1.0
        targets = ((labels - middle) / spread)[:, None]
        return Problem(points, targets, folds, answer, None, mean, scale, middle, spread)
    targets = labels if answer is Answer.SIGMOID else np.eye(task.outputs)[labels.astype(np.int64)]
    return Problem(points, targets, folds, answer, None, mean, scale)


def _strata(labels: FloatArray, kind: Kind) -> Sequence[str] | FloatArray:
    if kind is Kind.REGRESSION:
        return labels
    if kind is Kind.MULTICLASS:
        return [str(int(label)) for label in labels]
    often = labels.sum(axis=0)
    return [str(int(np.where(row > 0, often, np.inf).argmin())) if row.any() else "" for row in labels]


def _spread(labels: FloatArray, kind: Kind, most: int) -> IntArray:
    """Return ``most`` rows drawn evenly, of each class the first few certainly."""
    order = np.random.default_rng(0).permutation(len(labels))
    strata = _strata(labels, kind)
    if kind is Kind.REGRESSION:
        return np.sort(order[:most])
    seen: dict[str, int] = {}
    turn = np.empty(len(order))
    for place, row in enumerate(order):
        name = str(strata[row])
        turn[place] = seen.get(name, 0)
        seen[name] = seen.get(name, 0) + 1
    return np.sort(order[np.argsort(turn, kind="stable")[:most]])


def strangeness(taught: Float32Array, points: Float32Array) -> FloatArray:
    """Return how unlike all ``taught`` points [m, w] each of ``points`` [n, w] is, 0 (the same) to 1, [n].

    It is the deviation that a Gaussian process with the head's usual kernel would have there, without noise.
    """
    if len(taught) > MOST:
        taught = taught[np.random.default_rng(0).permutation(len(taught))[:MOST]]
    marks = taught.astype(np.float64)
    among = np.exp(-NARROWNESS * squared_distances(marks, marks))
    among[np.diag_indices_from(among)] += 1e-3
    half = np.linalg.inv(np.linalg.cholesky(among))
    found = np.empty(len(points))
    for at in range(0, len(points), _AT_ONCE):
        part = slice(at, at + _AT_ONCE)
        kernels = np.exp(-NARROWNESS * squared_distances(points[part].astype(np.float64), marks))
        found[part] = np.sqrt(np.clip(1.0 - ((kernels @ half.T) ** 2).sum(axis=1), 0.0, 1.0))
    return found
