"""The Policy contract. Policies see frozen standings and touch nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one learner stands. ``curve`` holds (seconds it had worked, its own score), in order; higher is better.

    ``share`` of its whole work is done, 0 while it cannot be told; ``failures`` are slices that failed. Learners of one
    ``group`` are alternatives, of which few deserve all the work; empty for one that has none. ``unhelped`` says that
    the pretrained network that the learner builds on is surely worse than none.
    ``first_look`` says that its newest candidate has learned from too few samples to be served. ``first`` are its
    seconds and its share of the work after its first slice, most of which may have been loading. One that ``waits`` to
    be served must not work on meanwhile.
    """

    name: str
    slices: int = 0
    seconds: float = 0.0
    curve: tuple[tuple[float, float], ...] = ()
    done: bool = False
    first_slice: float = 0.0
    share: float = 0.0
    failures: int = 0
    group: str = ""
    unhelped: bool = False
    first_look: bool = False
    first: tuple[float, float] = (0.0, 0.0)
    waits: bool = False

    @property
    def open(self) -> bool:
        """Whether it could work next."""
        return not (self.done or self.waits)


@dataclass(frozen=True, slots=True)
class Slice:
    """Who works next, and for how many seconds."""

    learner: str
    seconds: float


class Policy(ABC):
    """Decides who works next; what it leaves to chance follows from the ``seed``.

    ``guarded`` says that learners wait which tune a pretrained network that is surely worse than none.
    """

    def __init__(self, seed: int = 0, guarded: bool = True) -> None:
        self.seed, self.guarded = seed, guarded

    @abstractmethod
    def choose(self, standings: Sequence[Standing], total: float, remaining: float) -> Slice | None:
        """Return the next slice; None when nobody is left or no time is.

        Args:
            standings: one a learner, in portfolio order.
            total: the budget, active seconds.
            remaining: what is left of it for slices.
        """


def longest_slice(total: float, remaining: float) -> float:
    """Return how long anyone may work at a stretch: a twelfth of the budget (spec 7.2)."""
    return min(max(1.0, total / 12.0), remaining)


def slice_seconds(standing: Standing, total: float, remaining: float) -> float:
    """Return how long a learner's next slice is: 1, 2, 4 … seconds up to the longest there is."""
    wanted = standing.first_slice if standing.slices == 0 and standing.first_slice > 0 else 2.0**standing.slices
    return min(wanted, longest_slice(total, remaining))
