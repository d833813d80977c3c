"""What every search strategy must keep. A test module calls each rule with a factory of its strategy."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.search import SHARE, Choice, Float, Int, Settings, Space, Strategy, parted
from engine.search.base import inside

SPACE: Space = {"rate": Float(0.001, 1.0, log=True), "leaves": Int(2, 64), "kind": Choice(("a", "b"))}
STARTS: tuple[Settings, ...] = ({"rate": 0.1, "leaves": 8, "kind": "a"}, {"rate": 0.01, "leaves": 64, "kind": "b"})
Factory = Callable[[Space, int, Sequence[Mapping[str, Any]]], Strategy]


def score(settings: Mapping[str, Any]) -> float:
    """A hill with its top at rate 0.03, 20 leaves, kind b."""
    far: float = (math.log10(settings["rate"]) - math.log10(0.03)) ** 2 + ((settings["leaves"] - 20) / 30) ** 2
    return -far - (0.5 if settings["kind"] == "a" else 0.0)


def trials(strategy: Strategy, most: int) -> list[Settings]:
    """Ask and tell ``most`` times; return what was proposed."""
    proposed = []
    for _ in range(most):
        settings = strategy.ask()
        if settings is None:
            break
        proposed.append(settings)
        strategy.tell(settings, score(settings), 1.0)
    return proposed


def starts_come_first(factory: Factory) -> None:
    """The starts are tried first and in their order."""
    assert [only(settings) for settings in trials(factory(SPACE, 0, STARTS), 2)] == list(STARTS)


def proposals_lie_in_the_space(factory: Factory) -> None:
    """Every proposal has a value for each dimension that the dimension holds, and beside those at most a share."""
    proposed = trials(factory(SPACE, 3, STARTS), 30)
    assert proposed
    assert all(inside(SPACE, only(settings)) for settings in proposed)
    assert all(0.0 < settings.get(SHARE, 1.0) <= 1.0 for settings in proposed)


def a_seed_repeats_itself(factory: Factory) -> None:
    """The same seed proposes the same, another seed something else."""
    one, two, other = (trials(factory(SPACE, seed, ()), 15) for seed in (0, 0, 1))
    assert one == two
    assert one != other


def restored_it_goes_on_alike(factory: Factory) -> None:
    """Saved as JSON with a proposal still out, it goes on as one that never stopped."""
    first, second = factory(SPACE, 5, STARTS), factory(SPACE, 5, STARTS)
    trials(first, 12)
    pending = first.ask()
    second.restore(json.loads(json.dumps(first.save())))
    if pending is not None:
        first.tell(pending, score(pending), 1.0)
        second.tell(pending, score(pending), 1.0)
    assert trials(first, 8) == trials(second, 8)


def a_failed_trial_is_survived(factory: Factory) -> None:
    """A score that is not a number does not end the search."""
    strategy = factory(SPACE, 0, ())
    settings = strategy.ask()
    assert settings is not None
    strategy.tell(settings, math.nan, 1.0)
    assert trials(strategy, 12)


def only(settings: Settings) -> Settings:
    """Return the settings alone."""
    return parted(settings)[0]
