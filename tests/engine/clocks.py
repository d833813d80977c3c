"""Clocks for tests of what goes by the time: they go on by being looked at."""

from __future__ import annotations


class Clock:
    """A clock on which each look takes ``tick`` seconds."""

    def __init__(self, tick: float) -> None:
        self.time, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.time += self.tick
        return self.time
