"""How many samples are asked about at once, so that whoever asks soon looks at the clock again. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Protocol, runtime_checkable

from engine.arrays import FloatArray
from engine.budget import awake
from engine.samples import Samples

_FIRST, _FIRST_READ = 32, 4  # samples at first; of those that are read, one may take a second
_MOST_READ = 2048  # samples that are read, of which features take memory
_QUICK, _LONG = 1.0, 2.0  # seconds of a piece: below, the next is of twice as many samples; above, of half as many
_MOST_SECONDS = 3.0  # of reading a piece: a job that takes some five more than it was given is ended


class OutOfPatience(Exception):
    """The samples take too long to be read together."""


class Patience:
    """Lets samples be read for ``seconds``, counted from the first one, as networks may be loaded before it."""

    def __init__(self, seconds: float, now: Callable[[], float] = awake) -> None:
        self._seconds, self._now = seconds, now
        self._ends = inf

    def check(self) -> None:
        """Called before each sample is read, in any thread.

        Raises:
            OutOfPatience: the samples so far have taken too long.
        """
        now = self._now()
        self._ends = min(self._ends, now + self._seconds)
        if now > self._ends:
            raise OutOfPatience


@runtime_checkable
class Hurried(Protocol):
    """Samples that are read one by one, which may take long."""

    def hurry(self, patience: Patience) -> None:
        """Have ``patience`` checked before each sample is read."""


class Portion:
    """How many samples to ask about next: more while answers come quickly, fewer where they take long.

    Quick answers tell little of the next ones: features of some samples are kept from earlier, those of others have
    yet to be computed from files, and one file may be far longer than another. So those that are read are only waited
    for as long as patience lasts. Samples that are not read take about as long each; a portion of them that takes long
    takes it for the call, and does not shrink.
    """

    def __init__(self, size: int, most: float = inf, now: Callable[[], float] = awake) -> None:
        self.size = self._first = size
        self._most, self._now = most, now

    def limit(self, size: int) -> None:
        """Make it that large, and never larger again."""
        self.size, self._most = size, size

    def begin(self) -> None:
        """Be as small as at first: of what comes now nothing may be kept from earlier."""
        self.size = min(self.size, self._first)

    def ask(self, predict: Callable[[Samples], FloatArray], samples: Samples) -> FloatArray | None:
        """Return what ``predict`` answers; None where that takes too long: the portion is smaller then."""
        if isinstance(samples, Hurried) and len(samples) > 1:
            samples.hurry(Patience(_MOST_SECONDS, self._now))
        began = self._now()
        try:
            answers = predict(samples)
        except OutOfPatience:
            self.size = len(samples) // 2
            return None
        seconds = self._now() - began
        read = isinstance(samples, Hurried)
        most = min(self._most, _MOST_READ) if read else self._most
        if seconds < _QUICK and len(samples) == self.size and 2 * self.size <= most:
            self.size *= 2
        elif seconds > _LONG and read:
            self.size = max(1, len(samples) // 2)
        return answers


def first_size(parts: Iterable[Samples]) -> int:
    """Return how many of these samples to ask about at first, when nothing is known of the time they take."""
    return _FIRST_READ if any(isinstance(samples, Hurried) for samples in parts) else _FIRST
