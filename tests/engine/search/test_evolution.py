"""The evolution strategy."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from engine.search import Choice, Float, Int, Space, strategy_class
from engine.search.base import inside
from engine.search.evolution import POPULATION, Evolution, changed
from tests.engine.search import contract

NETWORKS: Space = {
    "depth": Choice((1, 2, 3, 4)),
    "width": Choice((8, 12, 16, 24, 32)),
    "kernel": Choice((3, 5, 7)),
    "squeeze": Choice((False, True)),
    "pool": Choice(("mean", "max", "both")),
}


def worth(settings: Mapping[str, Any]) -> float:
    """A landscape in which width pays only in deep networks, and kernel and pooling have to fit together."""
    deep = settings["depth"] / 4
    fits = {3: "both", 5: "mean", 7: "max"}[settings["kernel"]] == settings["pool"]
    return float(deep + deep * settings["width"] / 32 + 0.5 * fits + 0.2 * settings["squeeze"])


def best_of(strategy: Evolution, most: int) -> float:
    found = []
    for _ in range(most):
        settings = strategy.ask()
        assert settings is not None
        found.append(worth(settings))
        strategy.tell(settings, found[-1], 1.0)
    return max(found)


def test_it_starts_with_the_settings_it_is_given() -> None:
    contract.starts_come_first(Evolution)


def test_it_stays_in_the_space() -> None:
    contract.proposals_lie_in_the_space(Evolution)


def test_its_seed_decides() -> None:
    contract.a_seed_repeats_itself(Evolution)


def test_it_goes_on_after_a_restart() -> None:
    contract.restored_it_goes_on_alike(Evolution)


def test_it_goes_on_after_a_restart_in_the_middle_of_its_children() -> None:
    first, second = Evolution(NETWORKS, 3), Evolution(NETWORKS, 3)
    best_of(first, 2 * POPULATION)
    second.restore(json.loads(json.dumps(first.save())))
    assert [first.ask() for _ in range(5)] == [second.ask() for _ in range(5)]


def test_a_failed_trial_does_not_end_it() -> None:
    contract.a_failed_trial_is_survived(Evolution)


def test_it_finds_better_networks_than_chance() -> None:
    trials, seeds = 80, range(10)
    evolved = [best_of(Evolution(NETWORKS, seed), trials) for seed in seeds]
    random = [Random(seed) for seed in seeds]
    drawn = [
        max(worth({name: one.draw(random[seed]) for name, one in NETWORKS.items()}) for _ in range(trials))
        for seed in seeds
    ]
    assert sum(evolved) / len(seeds) > sum(drawn) / len(seeds)
    best = max(worth(dict(zip(NETWORKS, values, strict=True))) for values in _all_networks())
    assert sum(one == pytest.approx(best) for one in evolved) >= 8


def _all_networks() -> list[tuple[Any, ...]]:
    return list(itertools.product(*(d.options for d in NETWORKS.values() if isinstance(d, Choice))))


def test_nothing_is_tried_twice_until_all_was() -> None:
    space: Space = {"a": Choice((1, 2, 3)), "b": Choice((True, False))}
    strategy = Evolution(space, 0)
    tried = []
    while (settings := strategy.ask()) is not None:
        tried.append(tuple(settings.items()))
        strategy.tell(settings, 0.0, 1.0)
    assert len(tried) == len(set(tried)) == 6


def test_of_few_trials_most_are_children_of_those_that_live() -> None:
    strategy, tried = Evolution(NETWORKS, 0, trials=16), list[dict[str, Any]]()
    for _ in range(16):
        settings = strategy.ask()
        assert settings is not None
        strategy.tell(settings, worth(settings), 1.0)
        tried.append(settings)
    for place in range(5, 16):
        changes = [sum(tried[place][name] != other[name] for name in NETWORKS) for other in tried[place - 5 : place]]
        assert min(changes) == 1


def test_many_trials_change_nothing() -> None:
    plain, planned = Evolution(NETWORKS, 0), Evolution(NETWORKS, 0, trials=60)
    assert best_of(plain, 30) == best_of(planned, 30)
    assert plain.save() == planned.save()


def test_the_oldest_die_even_when_they_are_best() -> None:
    strategy = Evolution(NETWORKS, 0)
    first = strategy.ask()
    assert first is not None
    strategy.tell(first, 100.0, 1.0)
    for _ in range(POPULATION):
        settings = strategy.ask()
        assert settings is not None
        strategy.tell(settings, worth(settings), 1.0)
    assert max(score for _, score in strategy.save()["living"]) < 100.0


@pytest.mark.parametrize("dimension", [Int(1, 9), Int(1, 1000, log=True), Choice(("a", "b", "c"))])
def test_a_changed_value_is_another_one_of_the_same_dimension(dimension: Int | Choice) -> None:
    random = Random(0)
    value = dimension.draw(random)
    for _ in range(50):
        other = changed(dimension, value, random)
        assert inside({"x": dimension}, {"x": other})
        at_an_end = isinstance(dimension, Int) and value in (dimension.low, dimension.high)
        assert other != value or at_an_end
        value = other


def test_a_changed_number_stays_in_its_range() -> None:
    random, dimension = Random(0), Float(0.01, 10.0, log=True)
    value = 1.0
    for _ in range(100):
        value = changed(dimension, value, random)
        assert dimension.holds(value)


def test_it_is_registered() -> None:
    assert strategy_class("evolution") is Evolution
