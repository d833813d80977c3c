"""Asynchronous successive halving (ASHA; Li et al., 2020, arXiv 1810.05934).

Many settings are tried with little work, the best third of them with three times as much, and so on up to all of it.
Nobody waits for a rung to fill up: as soon as one is among the best third of those who are through with it, it goes on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from typing_extensions import override

from engine.search.base import SHARE, Settings, Space, Strategy

FACTOR = 3
RUNGS = 3
_ATTEMPTS = 50


class Halving(Strategy):
    """The starts, then random settings, each with a ninth of the work; the better ones again with a third, then all.

    All proposals name their share, and nothing is asked for twice with the same one. Where nobody has earned all of the
    work when it comes to the last of the ``trials`` planned, or nothing new can be found, the best of those who got
    furthest is given it, so that no search ends without one. ``ask`` returns None once nothing new can be found and
    nobody has earned more.
    """

    kind: ClassVar[str] = "halving"
    factor = FACTOR
    rungs = RUNGS

    def __init__(
        self, space: Space, seed: int = 0, starts: Sequence[Mapping[str, Any]] = (), trials: int | None = None
    ) -> None:
        super().__init__(space, seed, starts, trials)
        self._asked: list[dict[str, Settings]] = [{} for _ in range(self.rungs)]
        self._told: list[dict[str, float]] = [{} for _ in range(self.rungs)]

    @override
    def ask(self) -> Settings | None:
        if not self._at_the_last:
            for rung in range(self.rungs - 1, 0, -1):
                if (key := self._earned(rung)) is not None:
                    return self._proposed(rung, self._asked[rung - 1][key])
            if (fresh := self._fresh()) is not None:
                return self._proposed(0, fresh)
        chosen = self._carried()
        return None if chosen is None else self._proposed(self.rungs - 1, chosen)

    @override
    def tell(self, settings: Mapping[str, Any], score: float, cost_s: float, *, done: bool = True) -> None:
        if done:
            rung = self._rung(float(settings[SHARE]))
            plain = {name: settings[name] for name in self.space}
            self._told[rung][_key(plain)] = -math.inf if math.isnan(score) else score

    @override
    def save(self) -> dict[str, Any]:
        told = [[[key, None if math.isinf(score) else score] for key, score in scores.items()] for scores in self._told]
        return {"asked": [list(settings.values()) for settings in self._asked], "told": told}

    @override
    def restore(self, state: Mapping[str, Any]) -> None:
        self._asked = [{_key(settings): dict(settings) for settings in rung} for rung in state["asked"]]
        self._told = [
            {str(key): -math.inf if score is None else float(score) for key, score in rung} for rung in state["told"]
        ]

    def share(self, rung: int) -> float:
        """Return how much of the whole work is done in all by whoever reaches a rung."""
        return float(self.factor) ** (rung + 1 - self.rungs)

    def _rung(self, share: float) -> int:
        return min(range(self.rungs), key=lambda rung: abs(self.share(rung) - share))

    def _earned(self, rung: int) -> str | None:
        """Return the best of those who are to be tried on ``rung`` and have not been; ties: the earliest."""
        below = self._told[rung - 1]
        ranked = sorted(below, key=lambda key: -below[key])[: len(below) // self.factor]
        asked = set[str]().union(*self._asked[rung:])  # who was given all of the work may have passed this rung over
        return next((key for key in ranked if key not in asked and math.isfinite(below[key])), None)

    @property
    def _at_the_last(self) -> bool:
        """Whether one planned trial is left at most, and nobody was given all of the work."""
        asked = sum(len(rung) for rung in self._asked)
        return self.trials is not None and asked >= self.trials - 1 and not self._asked[-1]

    def _carried(self) -> Settings | None:
        """Return who does all of the work though nobody earned it: only one, and not before all others are told."""
        out = any(len(asked) > len(told) for asked, told in zip(self._asked, self._told, strict=True))
        if self._asked[-1] or out:
            return None
        for asked, told in zip(reversed(self._asked), reversed(self._told), strict=True):
            best = max(told, key=told.__getitem__, default=None)
            if best is not None and math.isfinite(told[best]):
                return asked[best]
        return self._fresh()

    def _fresh(self) -> Settings | None:
        random = Random(f"{self.seed}:{len(self._asked[0])}")
        drawn = ({name: one.draw(random) for name, one in self.space.items()} for _ in range(_ATTEMPTS))
        ideas = (*map(dict, self.starts), *drawn)
        return next((settings for settings in ideas if _key(settings) not in self._asked[0]), None)

    def _proposed(self, rung: int, settings: Settings) -> Settings:
        self._asked[rung][_key(settings)] = settings
        return {**settings, SHARE: self.share(rung)}


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
