"""How fast to learn, and how much: one cycle over as many steps as the time allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.budget import Deadline

_RISE = 0.1
_LOWEST = 0.01
_RESERVE_S = 2.0
_FIRST = 2
_SMOOTH = 0.2


def pace(progress: float) -> float:
    """Return the factor on the learning rate: rising over the first tenth, then falling along a cosine.

    >>> [round(pace(progress), 2) for progress in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.01, 0.5, 1.0, 0.5, 0.01]
    """
    if progress < _RISE:
        return max(_LOWEST, progress / _RISE)
    return max(_LOWEST, 0.5 + 0.5 * math.cos(math.pi * (progress - _RISE) / (1.0 - _RISE)))


@dataclass
class Plan:
    """How many steps are left, by what was measured and by what the budget still holds.

    ``share`` is the part of the budget left at the first look that the training may take, ``allowance`` those seconds
    (None before), ``spent`` those gone. A first step is slow and is not counted in ``row_s``. Samples are counted by
    what they cost in the end of the training (:meth:`engine.finetune.base.Net.effort`).
    """

    share: float
    allowance: float | None = None
    spent: float = 0.0
    row_s: float = 0.0
    measured: int = 0

    def foresee(self, seconds: float, rows: float) -> None:
        """Take in how long work took that is worth learning from ``rows`` samples; of several, the quickest counts."""
        guess = seconds / rows
        if not self.measured:
            self.row_s = min(self.row_s or guess, guess)

    def foreseen(self, deadline: Deadline) -> float:
        """Return how many samples can be learned from, by what is known before the first step."""
        left = deadline.left - deadline.elapsed
        return self.share * left / self.row_s if self.row_s else math.inf

    def note(self, seconds: float, rows: float, trusted: int = _FIRST) -> None:
        """Take in how long steps over ``rows`` samples took.

        From the ``trusted``-th time on they tell by themselves. Before, but for the first, they only tell that it goes
        more quickly than was thought.
        """
        self.spent += seconds
        self.measured += 1
        if self.measured >= trusted:
            mixed = _SMOOTH if self.measured > trusted else 1.0
            self.row_s += mixed * (seconds / rows - self.row_s)
        elif self.measured >= _FIRST:
            self.row_s = min(self.row_s or math.inf, seconds / rows)

    def affordable(self, deadline: Deadline, aside: float) -> float:
        """Return how many samples can still be learned from beside work that is worth learning from ``aside``."""
        left = deadline.left - deadline.elapsed
        if math.isinf(left):
            return math.inf
        if self.allowance is None:
            self.allowance = self.share * left
        seconds = min(self.allowance - self.spent, left - _RESERVE_S)
        if not self.row_s:
            return math.inf
        return max(0.0, seconds / self.row_s - aside)
