"""The Strategy contract: what to try next, asked and told; and the space that is searched."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

Settings = dict[str, Any]

SHARE = "share"  # the one key that a proposal may have beside those of the space


@dataclass(frozen=True, slots=True)
class Float:
    """A number from ``low`` to ``high``, both included; with ``log`` its logarithm is what is spread evenly."""

    low: float
    high: float
    log: bool = False

    def draw(self, random: Random) -> float:
        """Return a random value."""
        if self.log:
            return min(self.high, max(self.low, math.exp(random.uniform(math.log(self.low), math.log(self.high)))))
        return random.uniform(self.low, self.high)

    def holds(self, value: object) -> bool:
        """Return whether ``value`` is one of these."""
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number from ``low`` to ``high``, both included; with ``log`` its logarithm is what is spread evenly."""

    low: int
    high: int
    log: bool = False

    def draw(self, random: Random) -> int:
        """Return a random value."""
        return (
            round(Float(self.low, self.high, self.log).draw(random))
            if self.log
            else random.randint(self.low, self.high)
        )

    def holds(self, value: object) -> bool:
        """Return whether ``value`` is one of these."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """One of ``options``, which are plain JSON values."""

    options: tuple[Any, ...]

    def draw(self, random: Random) -> Any:
        """Return a random option."""
        return random.choice(self.options)

    def holds(self, value: object) -> bool:
        """Return whether ``value`` is one of these."""
        return value in self.options


Dimension = Float | Int | Choice
Space = Mapping[str, Dimension]


def inside(space: Space, settings: Mapping[str, Any]) -> bool:
    """Return whether ``settings`` name each dimension of ``space`` and no other, each with a value it has."""
    return settings.keys() == space.keys() and all(space[name].holds(value) for name, value in settings.items())


def parted(proposal: Mapping[str, Any]) -> tuple[Settings, float | None]:
    """Return the settings that are proposed, and the share of the work to do with them, None where none is named."""
    share = proposal.get(SHARE)
    settings = {name: value for name, value in proposal.items() if name != SHARE}
    return settings, None if share is None else float(share)


class Strategy(ABC):
    """Proposes settings and learns from how they did.

    ``starts`` are settings to try first, in order; ``trials`` says how many are planned in all, where that is known,
    for those who have to share them out. The same calls with the same seed propose the same settings, and
    a strategy restored from its state goes on as if it had never stopped. Several proposals may be out at once.
    """

    kind: ClassVar[str]

    def __init__(
        self, space: Space, seed: int = 0, starts: Sequence[Mapping[str, Any]] = (), trials: int | None = None
    ) -> None:
        for settings in starts:
            if not inside(space, settings):
                raise ValueError(f"The settings {dict(settings)} do not lie in the space {dict(space)}.")
        self.space = space
        self.seed = seed
        self.starts = tuple(dict(settings) for settings in starts)
        self.trials = trials

    @abstractmethod
    def ask(self) -> Settings | None:
        """Return what to try next; None while there is nothing to try until more is told, or ever.

        Beside the keys of the space a strategy may put :data:`SHARE`: how much of the whole work to do in all (0..1).
        Who is asked for again with a larger one may go on from where it stood. :func:`parted` takes both apart.
        """

    @abstractmethod
    def tell(self, settings: Mapping[str, Any], score: float, cost_s: float, *, done: bool = True) -> None:
        """Say how settings that :meth:`ask` returned did.

        Args:
            settings: as they were returned.
            score: higher is better; NaN where the trial failed.
            cost_s: seconds it took so far.
            done: whether that is the last word, or the trial goes on.
        """

    @abstractmethod
    def save(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`save` returned, with the same space, seed and trials; other starts do no harm."""
