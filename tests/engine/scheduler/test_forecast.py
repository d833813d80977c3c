"""When a learner will be through, and how much better it will be."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scheduler import Standing
from engine.scheduler.forecast import FIRST, WORK, gain, hopeful_gain, seconds_to_candidate, seconds_to_end


def test_the_rest_of_the_work_follows_from_the_pace_since_the_first_slice() -> None:
    loaded = Standing("a", slices=3, seconds=30.0, share=0.3, first=(20.0, 0.1))  # 10 s for a fifth
    assert seconds_to_end(loaded) == pytest.approx(35.0)
    assert seconds_to_end(replace(loaded, share=1.0)) == 0.0


def test_a_first_slice_may_have_been_loading_for_the_most_part() -> None:
    first = Standing("a", slices=1, seconds=8.0, share=0.04, first=(8.0, 0.04))
    assert seconds_to_end(first) == pytest.approx(WORK * 8.0 / 0.04 * 0.96)
    stuck = replace(first, slices=2, seconds=10.0)
    assert seconds_to_end(stuck) == pytest.approx(WORK * 10.0 / 0.04 * 0.96)


def test_before_any_work_nothing_is_known() -> None:
    assert seconds_to_end(Standing("a")) is None
    assert seconds_to_candidate(Standing("a", slices=2, seconds=3.0)) is None


def test_the_next_candidate_is_as_far_away_as_the_last_was() -> None:
    curve = ((4.0, 0.6), (10.0, 0.7))
    assert seconds_to_candidate(Standing("a", seconds=12.0, curve=curve)) == pytest.approx(4.0)
    assert seconds_to_candidate(Standing("a", seconds=4.0, curve=curve[:1])) == pytest.approx(4.0)


def test_the_last_candidate_comes_with_the_end_of_the_work() -> None:
    standing = Standing("a", seconds=12.0, curve=((4.0, 0.6), (10.0, 0.7)), share=0.8)
    assert seconds_to_candidate(standing) == pytest.approx(WORK * 12.0 / 0.8 * 0.2)
    nothing_yet = Standing("a", seconds=10.0, share=0.5)
    assert seconds_to_candidate(nothing_yet) == pytest.approx(WORK * 10.0)


def test_a_first_candidate_is_expected_well_before_the_end() -> None:
    begun = Standing("a", slices=3, seconds=30.0, share=0.2, first=(20.0, 0.1))  # 100 s for all
    assert seconds_to_end(begun) == pytest.approx(80.0)
    assert seconds_to_candidate(begun) == pytest.approx(100.0 * (FIRST - 0.2))


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_a_curve_that_saturates_is_foreseen(power: float) -> None:
    def score(moment: float) -> float:
        return 0.9 - 0.5 * float((1.0 + moment) ** -power)

    points = [(moment, score(moment)) for moment in (1.0, 3.0, 7.0, 15.0)]
    assert gain(points, 20.0) == pytest.approx(score(35.0) - score(15.0), rel=1e-6)


def test_less_is_promised_than_the_last_slope() -> None:
    points = [(1.0, 0.1), (2.0, 0.5), (4.0, 0.6)]
    assert 0.0 < gain(points, 2.0) / 2.0 < 0.05


def test_one_bad_last_point_does_not_end_all_hope() -> None:
    assert gain([(1.0, 0.3), (3.0, 0.6), (7.0, 0.75), (15.0, 0.745)], 15.0) > 0.0


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_hope_is_never_less_than_what_the_best_fit_promises(power: float) -> None:
    points = [(moment, 0.9 - 0.5 * float((1.0 + moment) ** -power)) for moment in (1.0, 3.0, 7.0, 15.0)]
    assert hopeful_gain(points, 20.0) >= gain(points, 20.0)
    assert hopeful_gain([*points, (20.0, 0.1)], 20.0) > 0.0  # one bad candidate does not end it


def test_a_falling_curve_promises_nothing() -> None:
    assert gain([(1.0, 0.8), (4.0, 0.7)], 10.0) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(-1, 1)), min_size=2, max_size=9), st.floats(1, 1e4))
def test_promises_are_finite_and_never_negative(points: list[tuple[float, float]], ahead: float) -> None:
    promised = gain(points, ahead)
    assert math.isfinite(promised)
    assert promised >= 0.0
