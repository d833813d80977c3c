"""What is known so far of what all samples are like, while it comes in."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, Float32Array, IntArray
from labeling.suggest.space import LOOKED_AT, Space

_GROWTH = 2.0  # the space is found anew once so many times as many samples are known


@dataclass(frozen=True)
class Known:
    """Samples with a place in the space: ``rows`` [k] in rising order, ``points`` [k, w]; ``unreadable`` rows [u]."""

    rows: IntArray
    points: Float32Array
    unreadable: IntArray


class Pool:
    """Gathers features, and turns them into points of one small space. Safe to use from several threads.

    The space is found from the first samples that come, so they had better be like the others; their features are kept
    until there are enough, of the later ones the points alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._space: Space | None = None
        self._found_from = 0
        self._raw: list[tuple[IntArray, Float32Array]] | None = []
        self._kept = 0
        self._placed = 0  # how many pieces of raw features have their points
        self._points = np.empty((0, 0), dtype=np.float32)
        self._known: BoolArray = np.zeros(0, dtype=np.bool_)
        self._unreadable: BoolArray = np.zeros(0, dtype=np.bool_)
        self.total = 0

    def __len__(self) -> int:
        """Return how many samples were looked at."""
        return int(self._known.sum() + self._unreadable.sum())

    def add(self, total: int, rows: IntArray, features: Float32Array) -> None:
        """Take in features [k, d] of ``rows`` [k], of ``total`` samples in all; a row of NaN cannot be read."""
        with self._lock:
            if total != self.total:
                self._known, self._unreadable = np.zeros(total, dtype=np.bool_), np.zeros(total, dtype=np.bool_)
                self.total = total
            sound = np.isfinite(features).all(axis=1)
            self._unreadable[rows[~sound]] = True
            sound &= ~self._known[rows]
            if not sound.any():
                return
            rows, features = rows[sound], features[sound]
            self._known[rows] = True
            if self._raw is None:
                assert self._space is not None
                self._points[rows] = self._space.points(features)
            else:
                self._raw.append((rows, features))
                self._kept += len(rows)

    def known(self) -> Known:
        """Return all that have a point now."""
        with self._lock:
            self._place()
            rows = np.flatnonzero(self._known) if self._space is not None else np.empty(0, dtype=np.int64)
            return Known(rows, self._points[rows], np.flatnonzero(self._unreadable))

    def _place(self) -> None:
        """Give points to what has none yet, in a better space where there is much more to find it from."""
        if not self._raw:
            return
        grown = self._kept >= _GROWTH * self._found_from or self._kept == int(self._known.sum()) == self.total
        if self._space is None or (grown and self._kept > self._found_from):
            self._space = Space.fit(np.concatenate([features for _, features in self._raw]))
            self._found_from, self._placed = self._kept, 0
            self._points = np.zeros((self.total, self._space.axes.shape[1]), dtype=np.float32)
        for rows, features in self._raw[self._placed :]:
            self._points[rows] = self._space.points(features)
        self._placed = len(self._raw)
        if self._found_from >= LOOKED_AT:
            self._raw = None
