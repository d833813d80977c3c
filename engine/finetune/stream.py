"""The order in which samples are learned from, such that a cursor is all that need be remembered."""

from __future__ import annotations

import numpy as np

from engine.arrays import IntArray


class Stream:
    """All ``rows`` in random order, then in another, ``epochs`` times; any piece of it by its place."""

    def __init__(self, rows: IntArray, epochs: float, seed: tuple[int, ...]) -> None:
        self.rows = rows
        self.length = max(1, round(epochs * len(rows)))
        self._seed = seed

    def piece(self, first: int, count: int) -> IntArray:
        """Return at most ``count`` rows from place ``first`` on."""
        last = min(first + count, self.length)
        if first >= last:
            return self.rows[:0]
        size = len(self.rows)
        turns = range(first // size, (last - 1) // size + 1)
        orders = [np.random.default_rng((*self._seed, turn)).permutation(self.rows) for turn in turns]
        start = first - turns.start * size
        return np.concatenate(orders)[start : start + last - first]
