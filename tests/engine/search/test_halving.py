"""The strategy of asynchronous successive halving."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search import SHARE, Choice, Settings, strategy_class
from engine.search.halving import FACTOR, RUNGS, Halving
from tests.engine.search import contract


def test_it_starts_with_the_settings_it_is_given() -> None:
    contract.starts_come_first(Halving)


def test_it_stays_in_the_space() -> None:
    contract.proposals_lie_in_the_space(Halving)


def test_its_seed_decides() -> None:
    contract.a_seed_repeats_itself(Halving)


def test_it_goes_on_after_a_restart() -> None:
    contract.restored_it_goes_on_alike(Halving)


def test_a_failed_trial_does_not_end_it() -> None:
    contract.a_failed_trial_is_survived(Halving)


def key(settings: Settings) -> str:
    return str(contract.only(settings))


def shares(proposed: list[Settings]) -> Counter[float]:
    return Counter(settings[SHARE] for settings in proposed)


def test_each_rung_is_reached_by_the_best_third_of_the_one_below() -> None:
    proposed = contract.trials(Halving(contract.SPACE, 0), 130)
    count = shares(proposed)
    ninth, third, whole = sorted(count)
    assert (ninth, third, whole) == pytest.approx((1 / 9, 1 / 3, 1.0))
    for more, less in ((third, ninth), (whole, third)):  # some who went on were overtaken later
        assert count[less] // 3 <= count[more] <= count[less] / 2
    by_rung = {share: [contract.score(s) for s in proposed if s[SHARE] == share] for share in count}
    assert sorted(by_rung[whole])[0] > sorted(by_rung[third])[len(by_rung[third]) // 3]
    assert max(by_rung[whole]) == max(by_rung[ninth])  # the best of all was carried to the end


def test_work_is_spent_on_the_better_ones() -> None:
    halving, chance = Halving(contract.SPACE, 1), random.Random(1)
    spent, found = 0.0, -math.inf
    while spent < 20.0:
        settings = halving.ask()
        assert settings is not None
        spent += settings[SHARE] * (1.0 if settings[SHARE] < 0.2 else 2 / 3)  # who goes on has done a third of it
        halving.tell(settings, contract.score(settings), 1.0)
        found = max(found, contract.score(settings) if settings[SHARE] == 1.0 else -math.inf)
    drawn = [{n: d.draw(chance) for n, d in contract.SPACE.items()} for _ in range(20)]  # 20 times the whole work
    assert found > sorted(map(contract.score, drawn))[-3]


def test_a_small_space_comes_to_an_end() -> None:
    space = {"kind": Choice(("a", "b", "c", "d"))}
    strategy, asked = Halving(space), list[Settings]()
    while (settings := strategy.ask()) is not None:
        asked.append(settings)
        strategy.tell(settings, ord(settings["kind"]), 1.0)
    assert Counter(s["kind"] for s in asked) == {"a": 1, "b": 1, "c": 1, "d": 1} | {best(asked): 3}
    assert [s["kind"] for s in asked if s[SHARE] == 1.0] == [best(asked)]


def best(asked: list[Settings]) -> str:
    """The one that was asked for with more work: the best of the first three, or of all."""
    return next(str(s["kind"]) for s in asked if s[SHARE] > 0.2)


@pytest.mark.parametrize("planned", [2, 5, 9])
def test_the_last_of_few_trials_is_the_best_of_those_who_got_furthest_with_all_of_the_work(planned: int) -> None:
    *earlier, last = contract.trials(Halving(contract.SPACE, 0, (), planned), planned)
    furthest = max(shares(earlier))
    assert furthest < last[SHARE] == 1.0
    assert contract.score(last) == max(contract.score(s) for s in earlier if s[SHARE] == furthest)


def test_a_single_trial_is_given_all_of_the_work() -> None:
    assert Halving(contract.SPACE, 0, contract.STARTS, 1).ask() == {**contract.STARTS[0], SHARE: 1.0}


def test_the_last_trial_waits_until_the_others_are_told() -> None:
    strategy = Halving(contract.SPACE, 0, contract.STARTS, 3)
    out = [strategy.ask(), strategy.ask()]
    assert strategy.ask() is None
    for settings, score in zip(out, (0.5, 0.7), strict=True):
        assert settings is not None
        strategy.tell(settings, score, 1.0)
    assert strategy.ask() == {**contract.STARTS[1], SHARE: 1.0}
    assert strategy.ask() is not None  # who asks for more than was planned gets more


def test_many_planned_trials_change_nothing() -> None:
    plain, planned = Halving(contract.SPACE, 0), Halving(contract.SPACE, 0, (), 60)
    assert contract.trials(plain, 60) == contract.trials(planned, 60)


scores = st.lists(st.one_of(st.floats(-10, 10), st.just(math.nan)), min_size=1, max_size=60)


@given(scores, st.integers(0, 5), st.integers(1, 4))
def test_nothing_is_asked_twice_and_only_who_was_among_the_best_goes_on(
    told: list[float], seed: int, together: int
) -> None:
    strategy, out, asked = Halving(contract.SPACE, seed), list[Settings](), list[tuple[str, float]]()
    known: dict[float, dict[str, float]] = {strategy.share(rung): {} for rung in range(RUNGS)}
    for score in told:
        while len(out) < together and (settings := strategy.ask()) is not None:
            out.append(settings)
            asked.append((key(settings), settings[SHARE]))
            if settings[SHARE] > strategy.share(0):
                below = next(scores for share, scores in known.items() if math.isclose(share * FACTOR, settings[SHARE]))
                rank = sum(other > below[key(settings)] for other in below.values())
                assert rank < len(below) // FACTOR
                assert math.isfinite(below[key(settings)])
        settings = out.pop(0)
        known[settings[SHARE]][key(settings)] = -math.inf if math.isnan(score) else score
        strategy.tell(settings, score, 1.0)
    assert len(asked) == len(set(asked))


def test_a_word_in_between_changes_nothing() -> None:
    one, two = Halving(contract.SPACE, 0), Halving(contract.SPACE, 0)
    settings = one.ask()
    assert settings == two.ask()
    assert settings is not None
    two.tell(settings, 0.9, 0.5, done=False)
    assert one.save() == two.save()


def test_it_is_registered() -> None:
    assert strategy_class("halving") is Halving
