"""What is in sight of a sound stays within it, and moments are written and read as on a clock."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.label.time_view import TimeView, clock, seconds_of


def view(seconds: float = 60.0, width: int = 600) -> TimeView:
    made = TimeView()
    made.resize(width)
    made.show(seconds)
    return made


def test_zooming_keeps_the_moment_under_the_pointer() -> None:
    made = view()
    made.zoom(4, 30.0)
    assert made.x(30.0) == pytest.approx(300)
    assert (made.start, made.end) == pytest.approx((22.5, 37.5))
    made.zoom(0.001, 30.0)
    assert (made.start, made.span) == (0.0, 60.0)


def test_what_is_out_of_sight_is_brought_into_it() -> None:
    made = view()
    made.zoom(10, 0.0)
    assert made.bring(30.0)
    assert made.start <= 30.0 <= made.end
    assert not made.bring(30.5)


def test_the_axis_is_written_with_room_between() -> None:
    ticks = list(view(1800.0).ticks())
    places = [view(1800.0).x(moment) for moment, _ in ticks]
    assert min(b - a for a, b in itertools.pairwise(places)) >= 76
    assert ticks[1][1].count(":") == 1


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(-5, 100), st.floats(-100, 100)), max_size=8))
def test_whatever_is_done_some_of_the_sound_is_in_sight(steps: list[tuple[float, float, float]]) -> None:
    made = view()
    for factor, at, by in steps:
        made.zoom(factor, at)
        made.move(by)
        assert made.start >= 0 and made.end <= 60.0 + 1e-6
        assert made.span > 0


@given(st.floats(0, 50_000))
def test_a_written_moment_is_read_back(moment: float) -> None:
    assert seconds_of(clock(moment)) == pytest.approx(moment, abs=6e-4)
