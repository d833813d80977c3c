"""The TPE strategy."""

from __future__ import annotations

import math

import pytest

from engine.search import Choice, strategy_class
from engine.search.tpe import TPE
from tests.engine.search import contract


def test_it_starts_with_the_settings_it_is_given() -> None:
    contract.starts_come_first(TPE)


def test_it_stays_in_the_space() -> None:
    contract.proposals_lie_in_the_space(TPE)


def test_its_seed_decides() -> None:
    contract.a_seed_repeats_itself(TPE)


def test_it_goes_on_after_a_restart() -> None:
    contract.restored_it_goes_on_alike(TPE)


def test_what_fails_is_rarely_tried_again() -> None:
    strategy, asked = TPE({"kind": Choice(("a", "b", "c", "d"))}, 0), list[str]()
    for turn in range(60):
        settings = strategy.ask()
        asked.append(settings["kind"])
        strategy.tell(settings, math.nan if settings["kind"] == "a" else turn % 3, 1.0)
    assert asked[20:].count("a") < 4


def test_a_failed_trial_does_not_end_it() -> None:
    contract.a_failed_trial_is_survived(TPE)


def test_it_finds_better_settings_than_chance() -> None:
    searched = sorted(map(contract.score, contract.trials(TPE(contract.SPACE, 0), 60)[30:]))
    chance = sorted(map(contract.score, contract.trials(TPE(contract.SPACE, 0), 8)))
    assert searched[len(searched) // 2] > chance[len(chance) // 2]
    assert searched[-1] > -0.05


def test_starts_outside_the_space_are_refused() -> None:
    with pytest.raises(ValueError, match="do not lie in the space"):
        TPE(contract.SPACE, 0, [{"rate": 2.0, "leaves": 8, "kind": "a"}])


def test_it_is_registered() -> None:
    assert strategy_class("tpe") is TPE
