"""Which samples to label next.

First by diversity: the samples are parted into clusters, and of those without a label the largest give their most
typical sample. Later by doubt and diversity: the most doubtful samples are parted into clusters, and each gives its
most doubtful one. A fifth is drawn at random, so that how often suggestions are right there holds for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from engine.arrays import BoolArray, Float32Array, FloatArray, IntArray
from engine.heads.kernel import squared_distances

ROUND = 10  # picks made together; a fifth of them at random
AT_RANDOM = 2
ROUNDS = 4
DOUBTFUL = 10  # times as many doubtful samples are looked at as are picked
MOST = 5000  # samples that are parted into clusters
_STEPS = 12


@dataclass(frozen=True)
class Picks:
    """Rows to label next, in order, and which of them were drawn at random."""

    rows: IntArray
    drawn: BoolArray


def typical(points: Float32Array, labelled: BoolArray, wanted: int, random: np.random.Generator) -> IntArray:
    """Return at most ``wanted`` rows of ``points`` [n, w] that stand for as many parts without a label [n]."""
    if len(points) > MOST:
        seen = np.union1d(random.permutation(len(points))[:MOST], np.flatnonzero(labelled))
        return seen[typical(points[seen], labelled[seen], wanted, random)] if len(seen) < len(points) else seen[:0]
    count = min(int(labelled.sum()) + wanted, len(points))
    centres, owner = clusters(points, count, random)
    there = np.bincount(owner[labelled], minlength=count) > 0
    size = np.bincount(owner, minlength=count)
    size[there] = 0
    picked: list[int] = []
    for cluster in np.argsort(-size, kind="stable")[:wanted]:
        rows = np.flatnonzero((owner == cluster) & ~labelled)
        if size[cluster] and len(rows):
            picked.append(int(rows[squared_distances(points[rows], centres[cluster : cluster + 1])[:, 0].argmin()]))
    return np.array(picked, dtype=np.int64)


def doubtful(points: Float32Array, doubt: FloatArray, wanted: int, random: np.random.Generator) -> IntArray:
    """Return at most ``wanted`` rows of ``points`` [n, w] of much ``doubt`` [n], unlike each other, worst first."""
    most = np.argsort(-doubt, kind="stable")[: DOUBTFUL * wanted]
    if len(most) <= wanted:
        return most
    _, owner = clusters(points[most], wanted, random)
    worst = [rows[0] for cluster in range(wanted) if len(rows := np.flatnonzero(owner == cluster))]
    return most[np.sort(np.array(worst, dtype=np.int64))]


def mixed(points: Float32Array, doubt: FloatArray, askable: BoolArray, random: np.random.Generator) -> Picks:
    """Return the next picks among ``points`` [n, w]: by doubt among the ``askable`` [n], a fifth at random among all.

    Lots are drawn before anything is picked by doubt, or they would fall on what is easy alone.
    """
    lots = random.permutation(len(points))[: ROUNDS * AT_RANDOM]
    left = askable.copy()
    left[lots] = False
    rows: list[int] = []
    drawn: list[bool] = []
    for lot in np.array_split(lots, ROUNDS):
        candidates = np.flatnonzero(left)
        chosen = candidates[doubtful(points[candidates], doubt[candidates], ROUND - AT_RANDOM, random)]
        left[chosen] = False
        for part, one in zip_longest(np.array_split(chosen, AT_RANDOM), lot.tolist()):
            rows += part.tolist() if part is not None else []
            drawn += [False] * (len(rows) - len(drawn))
            if one is not None:
                rows.append(one)
                drawn.append(True)
    return Picks(np.array(rows, dtype=np.int64), np.array(drawn, dtype=np.bool_))


def clusters(points: Float32Array, count: int, random: np.random.Generator) -> tuple[Float32Array, IntArray]:
    """Part points [n, w] into ``count`` clusters (k-means++, Lloyd): centres [count, w] and each point's own [n]."""
    centres = points[_spread(points, count, random)].copy()
    owner = np.zeros(len(points), dtype=np.int64)
    for step in range(_STEPS):
        nearest = squared_distances(points, centres).argmin(axis=1)
        if step and np.array_equal(nearest, owner):
            break
        owner = nearest
        own = (owner[:, None] == np.arange(count)).astype(np.float32)
        sums, sizes = own.T @ points, np.bincount(owner, minlength=count)
        centres[sizes > 0] = sums[sizes > 0] / sizes[sizes > 0, None]
    return centres, owner


def _spread(points: Float32Array, count: int, random: np.random.Generator) -> IntArray:
    """Return ``count`` rows, each drawn with a chance that grows with its squared distance from those before."""
    rows = [int(random.integers(len(points)))]
    nearest = squared_distances(points, points[rows[-1:]])[:, 0]
    while len(rows) < count:
        total = float(nearest.sum())
        if total <= 0.0:
            rows.append(int(random.integers(len(points))))
        else:
            rows.append(int(random.choice(len(points), p=nearest / total)))
        nearest = np.minimum(nearest, squared_distances(points, points[rows[-1:]])[:, 0])
    return np.array(rows, dtype=np.int64)
