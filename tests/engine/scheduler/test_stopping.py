"""A run ends early only when more time is of no use, and says why."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from engine.curve import Point
from engine.scheduler import Standing
from engine.scheduler.breadth_then_gain import BreadthThenGain
from engine.scheduler.stopping import (
    LEAST_SHARE,
    enough,
    hardly_worth_it,
    in_words,
    more_than_needed,
    promised,
    stop_reason,
)
from tests.engine.scheduler.simulation import Simulated, play

DONE = Standing("done", slices=1, seconds=5.0, curve=((5.0, 0.7),), done=True)
WORKED = Standing("a", slices=2, curve=((1.0, 0.9), (2.0, 0.99)))
CURVE = [Point(0.5, 0.0, "constant"), Point(4.0, 0.6, "a"), Point(30.0, 0.8, "a"), Point(50.0, 0.801, "a")]


def test_nobody_left_to_work_ends_the_run() -> None:
    assert "more time would not help" in (stop_reason([DONE], {"nauc": 0.7, "accuracy": 0.8}) or "")


def test_who_was_ended_by_the_time_it_may_take_is_named() -> None:
    ended = Standing("Search", slices=1, seconds=5.0, curve=((1.0, 0.7),), share=0.4, done=True)
    assert stop_reason([DONE, ended], {"nauc": 0.7}) == (
        "Everything that fits into the time was tried. With more of it, “Search” would go on."
    )


def test_who_found_the_time_too_short_is_named() -> None:
    late = [Standing("Tuned briefly", slices=2, done=True), Standing("Tuned", slices=1, done=True)]
    broken, needless = Standing("broken", failures=2, done=True), Standing("needless", slices=1, share=1.0, done=True)
    said = stop_reason([DONE, *late, broken, needless], {}) or ""
    assert said.endswith("With more of it, “Tuned briefly” and “Tuned” would take part.")


def test_next_to_no_mistakes_ends_the_run() -> None:
    assert "next to no mistakes" in (stop_reason([WORKED], {"nauc": 0.999, "accuracy": 0.998}) or "")


def test_every_headline_metric_must_agree() -> None:
    assert stop_reason([WORKED], {"nauc": 0.999, "accuracy": 0.95}) is None


def test_one_lucky_evaluation_is_not_enough() -> None:
    assert stop_reason([Standing("a", curve=((1.0, 1.0),))], {"r2": 1.0}) is None


def test_otherwise_it_goes_on() -> None:
    assert stop_reason([WORKED, Standing("b")], {"r2": 0.9}) is None


FLAT = Standing("flat", slices=6, seconds=60.0, curve=((10.0, 0.8), (30.0, 0.8), (60.0, 0.8)))


def test_flat_curves_end_the_run_and_say_what_would_have_been_enough() -> None:
    sentence = hardly_worth_it([FLAT, DONE], CURVE, 0.0, 120.0, 50.0)
    assert "30 s would have been enough" in (sentence or "")


def test_who_would_take_part_with_more_time_is_not_passed_over_where_a_run_ends_early() -> None:
    late = Standing("Sentences, tuned", slices=2, share=0.07, done=True)
    sentence = hardly_worth_it([FLAT, DONE, late], CURVE, 0.0, 120.0, 50.0) or ""
    assert sentence.endswith("With more of it, “Sentences, tuned” would take part.")
    assert "enough" not in sentence


def test_half_of_the_budget_is_always_used() -> None:
    assert hardly_worth_it([FLAT, DONE], CURVE, 0.0, 120.0, 61.0) is None


@pytest.mark.parametrize(
    "hopeful",
    [
        Standing("unopened"),
        Standing("begun", slices=2, seconds=10.0),
        Standing("near its first candidate", slices=2, seconds=20.0, share=0.5),
        Standing("one candidate", slices=2, seconds=10.0, curve=((10.0, 0.3),)),
        Standing("rising", slices=3, seconds=30.0, curve=((10.0, 0.5), (30.0, 0.6))),
    ],
)
def test_whoever_may_still_gain_in_time_keeps_the_run_going(hopeful: Standing) -> None:
    assert hardly_worth_it([FLAT, DONE, hopeful], CURVE, 0.0, 120.0, 50.0) is None


def test_who_can_show_nothing_in_time_is_not_waited_for() -> None:
    late = Standing("late", slices=2, seconds=20.0, share=0.01)
    assert promised(late, 50.0) == 0.0
    assert hardly_worth_it([FLAT, late], CURVE, 0.0, 120.0, 50.0) is not None


def test_what_drowns_in_the_noise_is_not_waited_for() -> None:
    slow = Standing("slow", slices=3, seconds=60.0, curve=((20.0, 0.79), (40.0, 0.796), (60.0, 0.798)))
    assert hardly_worth_it([slow], CURVE, 0.0, 120.0, 50.0) is None
    assert hardly_worth_it([slow], CURVE, 0.1, 120.0, 50.0) is not None


def test_enough_is_the_moment_from_which_on_nearly_all_of_the_gain_stood() -> None:
    assert enough(CURVE) == 30.0
    assert enough(CURVE[:1]) == 0.5
    assert enough([]) == 0.0
    dip = [Point(1.0, 0.0, "constant"), Point(2.0, 0.8, "a"), Point(3.0, 0.7, "b"), Point(9.0, 0.8, "a")]
    assert enough(dip) == 9.0


def test_who_gave_more_time_than_was_needed_hears_how_much_would_have_been_enough() -> None:
    assert "stood after 30 s, which would have been enough" in (more_than_needed(CURVE, 61.0) or "")
    assert more_than_needed(CURVE, 60.0) is None
    assert more_than_needed([], 60.0) is None


def test_durations_are_rounded_up() -> None:
    assert (in_words(0.2), in_words(60.0), in_words(121.0)) == ("1 s", "60 s", "3 min")


def stop(standings: Sequence[Standing], curve: Sequence[Point], total: float, remaining: float) -> str | None:
    return hardly_worth_it(standings, curve, 0.0, total, remaining)


@pytest.mark.parametrize("seed", range(60))
def test_ending_early_never_costs_more_than_nothing_worth_waiting_for(seed: int) -> None:
    chance = random.Random(seed)
    learners = [
        Simulated(
            f"l{number}",
            top=chance.uniform(0.5, 0.99),
            fall=chance.uniform(0.05, 0.9),
            power=chance.choice([0.4, 0.7, 1.0, 1.5, 3.0]),
            step=chance.uniform(0.5, 12.0),
            work=chance.uniform(5.0, 400.0),
            tells_share=chance.random() < 0.7,
        )
        for number in range(chance.randint(1, 6))
    ]
    total = chance.choice([60.0, 300.0])
    whole = play(BreadthThenGain(seed), learners, total)
    early = play(BreadthThenGain(seed), learners, total, stop)
    assert early.best >= whole.best - 0.003
    assert early.sentence is None or early.ended_at >= LEAST_SHARE * total


def test_time_is_saved_where_all_curves_are_flat() -> None:
    learners = [Simulated(f"l{n}", top, power=6.0, step=2.0, work=900.0) for n, top in enumerate((0.8, 0.85, 0.7))]
    early = play(BreadthThenGain(), learners, 300.0, stop)
    assert early.ended_at <= 0.6 * 300.0
    assert early.sentence is not None


def test_a_first_look_is_waited_for_as_long_as_all_the_work_fits() -> None:
    curve = ((9.0, 0.7), (20.0, 0.7))
    looked = Standing("looked", slices=4, seconds=20.0, curve=curve, share=0.4, first_look=True, first=(1.0, 0.0))
    assert promised(looked, 50.0) == float("inf")
    assert promised(looked, 10.0) == 0.0


def test_who_failed_is_named_where_all_else_was_tried() -> None:
    broken = Standing("Linear", failures=2, done=True)
    said = stop_reason([DONE, broken], {}) or ""
    assert said == "Everything else has been tried; “Linear” failed. What happened is in trainer.log."
