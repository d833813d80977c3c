"""Breadth first, then whoever promises most for the next second."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from typing_extensions import override

from engine.scheduler import Policy, Slice, Standing
from engine.scheduler.breadth_then_gain import BreadthThenGain, expected_gain
from tests.engine.scheduler.simulation import Simulated, play


def test_the_first_quarter_follows_the_portfolio() -> None:
    order = [Standing("a", done=True), Standing("b", slices=3, curve=((1, 0.5), (2, 0.5))), Standing("c")]
    chosen = BreadthThenGain().choose(order, 100.0, 80.0)
    assert chosen is not None
    assert chosen.learner == "b"


def test_after_that_a_flat_learner_waits() -> None:
    flat = Standing("flat", slices=3, seconds=8, curve=((4, 0.80), (8, 0.80)))
    rising = Standing("rising", slices=2, seconds=6, curve=((2, 0.60), (6, 0.75)))
    picks = [BreadthThenGain(seed).choose([flat, rising], 100.0, 60.0) for seed in range(40)]
    share = sum(pick is not None and pick.learner == "rising" for pick in picks) / len(picks)
    assert share > 0.8  # a tenth of the picks explore


def test_someone_new_beats_someone_flat() -> None:
    flat = Standing("flat", slices=3, seconds=8, curve=((4, 0.80), (8, 0.80)))
    assert expected_gain(Standing("new"), 0.8, 100.0) > expected_gain(flat, 0.8, 100.0) == 0.0


def test_work_begun_is_finished_before_something_new_is_opened() -> None:
    assert expected_gain(Standing("begun", slices=1), 0.8, 100.0) > expected_gain(Standing("new"), 0.8, 100.0)


def test_the_promise_is_less_than_the_last_slope() -> None:
    standing = Standing("a", seconds=4.0, curve=((1.0, 0.1), (2.0, 0.5), (4.0, 0.6)))
    assert 0.0 < expected_gain(standing, 0.6, 60.0) < 0.05


def test_a_learner_that_cannot_show_anything_before_the_end_gets_no_time() -> None:
    late = Standing("late", slices=2, seconds=10.0, share=0.02)  # 490 s to go
    other = Standing("other", slices=3, seconds=8, curve=((4, 0.80), (8, 0.80)))
    picks = [BreadthThenGain(seed).choose([late, other], 100.0, 60.0) for seed in range(40)]
    assert {pick.learner for pick in picks if pick is not None} == {"other"}
    alone = BreadthThenGain().choose([late], 100.0, 60.0)
    assert alone is not None  # nobody else needs the time


def test_work_begun_that_ends_in_time_is_carried_through() -> None:
    begun = Standing("begun", slices=3, seconds=10.0, share=0.4)  # 15 s to go
    rising = Standing("rising", slices=2, seconds=2, curve=((1, 0.20), (2, 0.60)))
    picks = [BreadthThenGain(seed).choose([rising, begun, Standing("new")], 100.0, 60.0) for seed in range(40)]
    assert {pick.learner for pick in picks if pick is not None} == {"begun"}


def test_of_two_works_begun_the_one_nearer_its_end_goes_first() -> None:
    order = [Standing("far", slices=1, seconds=2.0, share=0.1), Standing("near", slices=1, seconds=2.0, share=0.5)]
    chosen = BreadthThenGain().choose(order, 100.0, 60.0)
    assert chosen is not None
    assert chosen.learner == "near"


def test_the_first_quarter_does_not_wait_for_estimates() -> None:
    order = [Standing("a"), Standing("b", slices=1, seconds=1.0, share=0.5)]
    chosen = BreadthThenGain().choose(order, 100.0, 99.0)
    assert chosen is not None
    assert chosen.learner == "a"


def test_whoever_failed_waits_behind_the_others_of_equal_hope() -> None:
    order = [Standing("failed", failures=1), Standing("next")]
    for remaining in (95.0, 60.0):
        chosen = BreadthThenGain().choose(order, 100.0, remaining)
        assert chosen is not None
        assert chosen.learner == "next"


def test_a_slow_start_still_ends_with_something() -> None:
    slow = [Simulated(f"l{n}", 0.9, step=25.0 + 10 * n, work=60.0, tells_share=False) for n in range(5)]
    assert play(BreadthThenGain(), slow, 60.0).best > 0.5


def test_a_second_candidate_far_away_waits_for_somebody_new() -> None:
    far = Standing("far", slices=5, seconds=25.0, curve=((25.0, 0.9),), share=0.5)  # 21 s to go
    assert expected_gain(Standing("new"), 0.9, 60.0) > expected_gain(far, 0.9, 60.0)
    near = Standing("near", slices=2, seconds=3.0, curve=((3.0, 0.9),), share=0.5)
    assert expected_gain(near, 0.9, 60.0) > expected_gain(Standing("new"), 0.9, 60.0)


def test_alternatives_are_all_opened_before_one_goes_far() -> None:
    shown = Standing("shown", slices=2, seconds=3.0, curve=((3.0, 0.7),), group="tuned")
    chosen = BreadthThenGain().choose([shown, Standing("other", group="tuned")], 100.0, 97.0)
    assert chosen is not None
    assert chosen.learner == "other"


def test_a_good_first_look_is_followed_by_all_the_work() -> None:
    looked = Standing("looked", slices=3, seconds=15.0, curve=((6, 0.93), (15, 0.95)), share=0.4, first_look=True)
    rising = Standing("rising", slices=2, seconds=2, curve=((1, 0.20), (2, 0.60)))
    picks = [BreadthThenGain(seed).choose([rising, looked, Standing("new")], 100.0, 60.0) for seed in range(40)]
    assert {pick.learner for pick in picks if pick is not None} == {"looked"}


class CutOff(Policy):
    """Begins anew before each slice."""

    @override
    def choose(self, standings: Sequence[Standing], total: float, remaining: float) -> Slice | None:
        return BreadthThenGain(self.seed).choose(standings, total, remaining)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_was_cut_off_goes_on_as_it_would_have(seed: int) -> None:
    tops = (0.9, 0.5, 0.4, 0.3)
    learners = [Simulated(f"l{top}", top, step=2.0, work=900.0, tells_share=False) for top in tops]
    whole = play(BreadthThenGain(seed), learners, 600.0)
    assert play(CutOff(seed), learners, 600.0).standings == whole.standings


def test_a_poor_first_look_waits_like_any_other() -> None:
    poor = Standing("poor", slices=3, seconds=15.0, curve=((6, 0.40), (15, 0.40)), share=0.4, first_look=True)
    best = Standing("best", slices=2, seconds=8, curve=((4, 0.90), (8, 0.90)), done=True)
    picks = [BreadthThenGain(seed).choose([best, poor, Standing("new")], 100.0, 60.0) for seed in range(40)]
    assert "new" in {pick.learner for pick in picks if pick is not None}
