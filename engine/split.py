"""Which samples are kept apart: the untouched test part, and the folds that validation predicts.

Samples of one group (near-duplicates) always stand on one side. Folds are numbered 0..k-1; -1 means "always learned
from, never checked on". A learner trains on ``folds != f`` and predicts ``folds == f`` for each f >= 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray

Labels = Sequence[str] | Sequence[float] | FloatArray

_LEAST_FOR_TEST = 3
_LEAST_FOR_VALIDATION = 2
_QUANTILE_BINS = 10
_GROUPS_A_BIN = 8
_GROUPS_HELD = 10
_MOST_HELD = 0.2


def n_folds(n: int) -> int:
    """Return how many folds validate ``n`` training samples; 1 means one holdout (engine-spec 7.4).

    >>> n_folds(2021), n_folds(32561), n_folds(500_000)
    (8, 5, 1)
    """
    if n < 2500:
        return 8
    return 5 if n < 50_000 else 1


def holdout_share(n: int) -> float:
    """Return the share of ``n`` training samples that one holdout takes (engine-spec 7.4)."""
    return max(0.01, min(0.1, 2500 / max(n, 1)))


def _share_for(groups: int, n: int) -> float:
    """Return the share that one holdout takes where ``n`` samples stand in so many groups.

    Rows of one group say much the same, so a check on a single one of 30 subjects says how that subject is, whatever
    number of rows it has: there are to be 10 groups, as far as a fifth of the samples goes.

    >>> _share_for(500_000, 500_000), _share_for(100, 500_000), _share_for(30, 500_000)
    (0.01, 0.1, 0.2)
    """
    return max(holdout_share(n), min(_MOST_HELD, _GROUPS_HELD / groups))


def assign_test(labels: Labels, groups: IntArray, fraction: float, seed: int) -> BoolArray:
    """Choose the untouched test part, shape [n]: stratified by class or by quantile, groups whole.

    A class of fewer than 3 groups gives none; every other class gives at least one group and keeps at least one.

    Raises:
        ValueError: ``fraction`` is not in [0, 1), or the lengths differ.
    """
    if not 0.0 <= fraction < 1.0:
        raise ValueError(f"The test fraction must lie in [0, 1), but got {fraction}.")
    if fraction == 0.0 or len(labels) == 0:
        return np.zeros(len(labels), dtype=np.bool_)
    table = _Groups.of(labels, groups)
    return table.set_apart(fraction, _LEAST_FOR_TEST, np.random.default_rng(seed))[table.index]


def assign_folds(labels: Labels, groups: IntArray, seed: int) -> IntArray:
    """Give each training sample its fold, shape [n]: stratified, groups whole.

    A class of two groups or more is checked on in at least two folds; a class of one group is always learned from (-1).
    From 50,000 samples on there is one holdout, larger where groups are few: its rows get 0, all others -1.

    Raises:
        ValueError: the lengths differ.
    """
    n = len(labels)
    if n == 0:
        return np.empty(0, dtype=np.int64)
    table = _Groups.of(labels, groups)
    rng = np.random.default_rng(seed)
    if n_folds(n) == 1:
        held = table.set_apart(_share_for(len(table.size), n), _LEAST_FOR_VALIDATION, rng)
        return np.where(held, 0, -1)[table.index]
    return table.deal(n_folds(n), rng)[table.index]


@dataclass(frozen=True)
class _Groups:
    """Groups as rows: m groups, numbered 0..m-1.

    ``index`` [n] is each sample's group, ``size`` [m], ``stratum`` [m] its class (the rarest one in it) or quantile;
    ``pairs`` [p, 2] lists each (group, class) that occurs, ``spread`` [c] in how many groups a class occurs.
    """

    index: IntArray
    size: IntArray
    stratum: IntArray
    pairs: IntArray
    spread: IntArray

    @classmethod
    def of(cls, labels: Labels, groups: IntArray) -> _Groups:
        if len(labels) != len(groups):
            raise ValueError(f"Each label needs its group, but got {len(labels)} labels and {len(groups)} groups.")
        _, index, size = np.unique(groups, return_inverse=True, return_counts=True)
        if isinstance(labels[0], str):
            classes = _codes([str(label) for label in labels])
        else:
            classes = _quantiles(np.asarray(labels, dtype=np.float64), index, size)[index]
        width = int(classes.max()) + 1
        pairs = np.stack(np.divmod(_distinct(index * width + classes), width), axis=1)
        spread = np.bincount(pairs[:, 1])
        rarest_first = np.lexsort((pairs[:, 1], spread[pairs[:, 1]], pairs[:, 0]))
        first = np.unique(pairs[rarest_first, 0], return_index=True)[1]
        return cls(index, size, pairs[rarest_first[first], 1], pairs, spread)

    def set_apart(self, fraction: float, least: int, rng: np.random.Generator) -> BoolArray:
        """Choose groups, [m]: about ``fraction`` of each stratum's samples, none of a class of fewer than ``least``."""
        order = np.lexsort((rng.random(len(self.size)), self.stratum))
        strata, size = self.stratum[order], self.size[order].astype(np.float64)
        _, first, position, count = np.unique(strata, return_index=True, return_inverse=True, return_counts=True)
        total = np.add.reduceat(size, first)
        done = np.cumsum(size) - size
        # A group goes where it brings the share nearer to the target: its middle lies below it.
        middle = done - done[first][position] + size / 2
        rank = np.arange(len(order)) - first[position]
        taken = (middle < fraction * total[position]) & (rank < count[position] - 1)
        chosen = np.zeros(len(order), dtype=np.bool_)
        chosen[order[taken]] = True
        by_size = np.lexsort((self.size, self.stratum))
        without = np.add.reduceat(taken, first, dtype=np.int64) == 0
        chosen[by_size[first[without & (count > 1)]]] = True
        chosen[self.pairs[self.spread[self.pairs[:, 1]] < least, 0]] = False
        return self._leave_one(chosen)

    def _leave_one(self, chosen: BoolArray) -> BoolArray:
        """Give back one group of each class that was chosen whole (possible where groups mix classes)."""
        group, label = self.pairs.T
        kept = np.bincount(label[~chosen[group]], minlength=len(self.spread))
        for missing in np.flatnonzero(kept == 0):
            of_class = group[label == missing]
            if chosen[of_class].all():
                chosen[of_class[np.argmin(self.size[of_class])]] = False
        return chosen

    def deal(self, k: int, rng: np.random.Generator) -> IntArray:
        """Deal groups into ``k`` folds, [m], as cards: stratum after stratum, the biggest first."""
        group, label = self.pairs.T
        single = np.zeros(len(self.size), dtype=np.bool_)
        single[group[self.spread[label] < _LEAST_FOR_VALIDATION]] = True
        folds = np.full(len(self.size), -1, dtype=np.int64)
        order = np.lexsort((rng.random(len(self.size)), -self.size, self.stratum))
        order = order[~single[order]]
        folds[order] = np.arange(len(order)) % max(2, min(k, len(order)))
        return self._learn_before_checking(folds)

    def _learn_before_checking(self, folds: IntArray) -> IntArray:
        """See that no class stands in one fold alone, where nothing could be learned of it (groups may mix classes)."""
        group, label = self.pairs.T
        low = np.full(len(self.spread), np.iinfo(np.int64).max)
        high = np.full(len(self.spread), -2)
        np.minimum.at(low, label, folds[group])
        np.maximum.at(high, label, folds[group])
        for lonely in np.flatnonzero((low == high) & (low >= 0)):
            folds[group[label == lonely][0]] = -1
        return folds


def _distinct(values: IntArray) -> IntArray:
    """Return the different values in rising order; on a million of them ``np.unique`` takes thirty times as long."""
    ordered = np.sort(values)
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) > 0]


def _codes(names: list[str]) -> IntArray:
    """Return each name's place among the different ones in order, [n].

    An array of the names would give every one as much room as the longest takes.
    """
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return np.fromiter((places[name] for name in names), dtype=np.int64, count=len(names))


def _quantiles(values: FloatArray, index: IntArray, size: IntArray) -> IntArray:
    """Return each group's bin, [m], by the rank of its mean value."""
    bins = max(1, min(_QUANTILE_BINS, len(size) // _GROUPS_A_BIN))
    means = np.bincount(index, weights=values) / size
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(means, kind="stable")] = np.arange(len(size))
    return rank * bins // len(size)
