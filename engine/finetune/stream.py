"""The order in which samples are learned from, such that a cursor is all that need be remembered."""

from __future__ import annotations

import numpy as np

from engine.arrays import IntArray


class Stream:
    """All ``rows`` in random order, then in another, ``epochs`` times; any piece of it by its place.

    Where ``classes`` [rows] are given, samples come two by two of one class: of many classes hardly a sample would have
    one of its own beside it otherwise.
    """

    def __init__(self, rows: IntArray, epochs: float, seed: tuple[int, ...], classes: IntArray | None = None) -> None:
        self.rows = rows
        self.length = max(1, round(epochs * len(rows)))
        self._seed, self._classes = seed, classes
        self._orders: dict[int, IntArray] = {}

    def piece(self, first: int, count: int) -> IntArray:
        """Return at most ``count`` rows from place ``first`` on."""
        last = min(first + count, self.length)
        if first >= last:
            return self.rows[:0]
        size = len(self.rows)
        turns = range(first // size, (last - 1) // size + 1)
        return np.concatenate([self._order(turn)[max(0, first - turn * size) : last - turn * size] for turn in turns])

    def _order(self, turn: int) -> IntArray:
        """Return all rows in the order of a turn, kept with the one before: of very many it takes long to draw.

        Each step asks for its own samples and for those of the next, which may be the first of another turn.
        """
        if turn not in self._orders:
            self._orders = {known: order for known, order in self._orders.items() if known == turn - 1}
            self._orders[turn] = self._drawn(turn)
        return self._orders[turn]

    def _drawn(self, turn: int) -> IntArray:
        random = np.random.default_rng((*self._seed, turn))
        return random.permutation(self.rows) if self._classes is None else self.rows[_in_pairs(self._classes, random)]


def _in_pairs(classes: IntArray, random: np.random.Generator) -> IntArray:
    """Return the places of ``classes`` in random order: two of a class after each other, what is left over alone."""
    order = random.permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    sorted_classes = classes[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_classes, sorted_classes)  # of each within its class
    pair = np.cumsum(place % 2 == 0) - 1
    turn = random.permutation(pair[-1] + 1)[pair]
    return order[np.argsort(turn, kind="stable")]
