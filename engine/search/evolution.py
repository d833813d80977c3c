"""Regularised evolution (Real et al. 2019, arXiv 1802.01548): the oldest dies, not the worst.

So nothing lives on by one lucky score. Made for choices without an order, such as those of a small network's shape.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from typing_extensions import override

from engine.search.base import Choice, Dimension, Float, Int, Settings, Space, Strategy

POPULATION, SAMPLE = 16, 5
FEWEST, GENERATIONS = 4, 3  # of few trials the first population is a third, so that most are children
_ATTEMPTS = 50
_STEP = 0.2


class Evolution(Strategy):
    """The starts and random settings until ``population`` are out, then children with one thing changed.

    Of few ``trials`` the population is a third. The parent of a child is the best of ``sample`` randomly drawn from the
    living. Nothing is tried twice; once nothing new can be found, ``ask`` returns None.
    """

    kind: ClassVar[str] = "evolution"
    population = POPULATION
    sample = SAMPLE

    def __init__(
        self, space: Space, seed: int = 0, starts: Sequence[Mapping[str, Any]] = (), trials: int | None = None
    ) -> None:
        super().__init__(space, seed, starts, trials)
        if trials is not None:
            self.population = min(POPULATION, max(FEWEST, trials // GENERATIONS))
        self._tried: dict[str, Settings] = {}
        self._living: deque[tuple[Settings, float]] = deque(maxlen=self.population)

    @override
    def ask(self) -> Settings | None:
        random = Random(f"{self.seed}:{len(self._tried)}")
        for settings in self._ideas(random):
            if _key(settings) not in self._tried:
                self._tried[_key(settings)] = settings
                return dict(settings)
        return None

    def _ideas(self, random: Random) -> Iterator[Settings]:
        """Yield what could be tried next; the first that is new counts."""
        yield from map(dict, self.starts)
        fresh = len(self._tried) < self.population or not self._living
        for _ in range(_ATTEMPTS):
            yield self._drawn(random) if fresh else self._child(random)
        for _ in range(_ATTEMPTS):
            yield self._drawn(random)

    def _drawn(self, random: Random) -> Settings:
        return {name: dimension.draw(random) for name, dimension in self.space.items()}

    def _child(self, random: Random) -> Settings:
        drawn = random.sample(self._living, min(self.sample, len(self._living)))
        parent, _ = max(drawn, key=lambda one: one[1])
        name = random.choice(list(self.space))
        return {**parent, name: changed(self.space[name], parent[name], random)}

    @override
    def tell(self, settings: Mapping[str, Any], score: float, cost_s: float, *, done: bool = True) -> None:
        if done and not math.isnan(score):
            self._living.append(({name: settings[name] for name in self.space}, score))

    @override
    def save(self) -> dict[str, Any]:
        return {"tried": list(self._tried.values()), "living": [[dict(one), score] for one, score in self._living]}

    @override
    def restore(self, state: Mapping[str, Any]) -> None:
        self._tried = {_key(settings): dict(settings) for settings in state["tried"]}
        self._living.clear()
        self._living.extend((dict(settings), float(score)) for settings, score in state["living"])


def changed(dimension: Dimension, value: Any, random: Random) -> Any:
    """Return another value of the dimension: any other option, or a number about a fifth of the range away."""
    if isinstance(dimension, Choice):
        others = [option for option in dimension.options if option != value]
        return random.choice(others) if others else value
    moved = _moved(dimension, float(value), random)
    if isinstance(dimension, Float):
        return moved
    whole = round(moved)
    if whole == value:
        whole += 1 if moved >= value else -1
    return min(dimension.high, max(dimension.low, whole))


def _moved(dimension: Float | Int, value: float, random: Random) -> float:
    low, high = (math.log(end) if dimension.log else float(end) for end in (dimension.low, dimension.high))
    place = (math.log(value) if dimension.log else value) + random.gauss(0.0, _STEP * (high - low))
    place = min(high, max(low, place))
    return min(float(dimension.high), max(float(dimension.low), math.exp(place) if dimension.log else place))


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
