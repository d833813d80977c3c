"""L-BFGS (Liu and Nocedal, 1989) that can be put down after any step and taken up again without losing what it knows.

SciPy's starts anew each time: with no memory of the curvature a search cut into slices ends elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from engine.arrays import FloatArray

Objective = Callable[[FloatArray], tuple[float, FloatArray]]

_MEMORY, _LEAST_MEMORY = 20, 3  # steps that are remembered,
_BYTES = 200_000_000  # as far as they fit here
_SUFFICIENT = 1e-4
_HALVINGS = 20
_STANDSTILL = 1e-7  # of the value, gained in one step
_FLAT = 1e-6  # the greatest slope of any coordinate


class Search:
    """The way down from ``at``, at most ``limit`` steps; ``ended`` once it can go no lower."""

    def __init__(self, at: FloatArray, limit: int, ended: bool = False) -> None:
        self.at, self.ended = at, ended
        self._left = limit
        memory = int(np.clip(_BYTES // (2 * at.nbytes), _LEAST_MEMORY, _MEMORY)) if at.nbytes else _MEMORY
        self._known: deque[tuple[FloatArray, FloatArray]] = deque(maxlen=memory)

    def go_on(self, objective: Objective, stopped: Callable[[], bool]) -> None:
        """Take steps until the end, or until ``stopped`` says so after one.

        ``objective`` returns the value and the slope at a place; it must be the same each time.
        """
        value, slope = objective(self.at)
        while not self.ended:
            value, slope = self._step(objective, value, slope)
            if stopped():
                break

    def _step(self, objective: Objective, value: float, slope: FloatArray) -> tuple[float, FloatArray]:
        way = self._direction(slope)
        steepness = float(slope @ way)
        length = 1.0
        for _ in range(_HALVINGS):
            there = self.at + length * way
            lower, turned = objective(there)
            if lower <= value + _SUFFICIENT * length * steepness:
                break
            length *= 0.5
        else:
            self.ended = True
            return value, slope
        move, bend = there - self.at, turned - slope
        if move @ bend > 0.0:
            self._known.append((move, bend))
        self.at = there
        self._left -= 1
        gained = (value - lower) / max(abs(value), abs(lower), 1.0)
        self.ended = self._left <= 0 or gained <= _STANDSTILL or float(np.abs(turned).max()) <= _FLAT
        return lower, turned

    def _direction(self, slope: FloatArray) -> FloatArray:
        """Return the way down: the slope turned by the curvature seen in the last steps."""
        if not self._known:
            return np.asarray(-slope / max(1.0, float(np.linalg.norm(slope))))
        rest, shares = slope.copy(), []
        for move, bend in reversed(self._known):
            share = float(move @ rest) / float(move @ bend)
            rest -= share * bend
            shares.append(share)
        move, bend = self._known[-1]
        rest *= float(move @ bend) / float(bend @ bend)
        for (move, bend), share in zip(self._known, reversed(shares), strict=True):
            rest += (share - float(bend @ rest) / float(move @ bend)) * move
        return -rest
