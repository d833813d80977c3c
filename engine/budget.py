"""The clock of active seconds. It alone says how long anyone may work, and it is hard."""

from __future__ import annotations

import ctypes
import math
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_LONGEST_S = 366 * 24 * 3600.0


def parse_duration(text: str) -> float:
    """Return seconds for ``90``, ``60s``, ``10m``, ``2h``.

    Raises:
        ValueError: not a positive duration.

    >>> parse_duration("10m")
    600.0
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|)\s*", text)
    if match is None:
        raise ValueError(f"A duration looks like 60s, 10m or 2h, but got {text!r}.")
    seconds = float(match[1]) * _UNITS[match[2]]
    if not 0 < seconds <= _LONGEST_S:
        raise ValueError(f"A duration is more than nothing and at most a year, but got {text!r}.")
    return seconds


def parse_milliseconds(text: str) -> float:
    """Return the milliseconds that one answer may take, for ``20`` or ``0.5ms``.

    Raises:
        ValueError: no number above 0.

    >>> parse_milliseconds("20 ms")
    20.0
    """
    try:
        value = float(text.strip().removesuffix("ms"))
    except ValueError:
        value = 0.0
    if not 0.0 < value < math.inf:
        raise ValueError(f"A time for one answer looks like 20, in milliseconds, but got {text!r}.")
    return value


def unbiased(query: Callable[..., object]) -> Callable[[], float]:
    """Return a clock in seconds, made of what tells units of 100 ns, as Windows' QueryUnbiasedInterruptTime does."""

    def clock() -> float:
        units = ctypes.c_ulonglong()
        query(ctypes.byref(units))
        return units.value / 1e7

    return clock


def _system_clock() -> Callable[[], float]:
    if sys.platform == "win32":
        return unbiased(ctypes.windll.kernel32.QueryUnbiasedInterruptTime)
    return time.monotonic


awake = _system_clock()  # seconds that stand still while the computer sleeps; Windows' monotonic clock goes on then


@dataclass
class Budget:
    """Active seconds, from ``total`` down. Paused time does not count.

    ``spent_before`` carries what earlier sittings of a resumed run used. The clock runs from construction;
    ``head_start`` adds the seconds between the press of Train and now.
    """

    total: float
    spent_before: float = 0.0
    head_start: float = 0.0
    now: Callable[[], float] = awake
    _started: float | None = field(default=None, init=False)
    _spent: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._spent = self.spent_before + self.head_start
        self._started = self.now()

    @property
    def active(self) -> float:
        """Active seconds so far."""
        running = 0.0 if self._started is None else self.now() - self._started
        return self._spent + running

    def used(self, seconds: float) -> None:
        """Hear that so many active seconds have been used in all, whatever else was written down of them."""
        self._spent += max(0.0, seconds - self.active)

    @property
    def remaining(self) -> float:
        """Active seconds left, never negative."""
        return max(0.0, self.total - self.active)

    def pause(self) -> None:
        """Stop the clock; a no-op while paused."""
        if self._started is not None:
            self._spent += self.now() - self._started
            self._started = None

    def resume(self) -> None:
        """Let the clock run; a no-op while running."""
        if self._started is None:
            self._started = self.now()


@dataclass
class Deadline:
    """How long a slice may still work. ``interrupted`` makes it end early (a pause, a finish).

    ``left`` is what the run's budget still held for learning when the slice began: a learner whose work takes many
    slices plans by it, and without a budget does all it is set to.
    """

    seconds: float
    interrupted: Callable[[], bool] = lambda: False
    now: Callable[[], float] = awake
    left: float = math.inf
    _start: float = field(init=False)

    def __post_init__(self) -> None:
        self._start = self.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the slice began."""
        return self.now() - self._start

    @property
    def remaining(self) -> float:
        """Seconds left, never negative; 0 once interrupted."""
        return 0.0 if self.interrupted() else max(0.0, self.seconds - self.elapsed)

    @property
    def expired(self) -> bool:
        """Whether the slice must end now."""
        return self.remaining <= 0.0
