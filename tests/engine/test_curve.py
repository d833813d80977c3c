from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.curve import Point, alc, transformed

# engine-spec 1.1
SECONDS = (0, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1200)
WEIGHTS = (0, 0.011, 0.026, 0.051, 0.095, 0.133, 0.228, 0.361, 0.589, 0.788, 0.911, 1)


@pytest.mark.parametrize(("seconds", "weight"), list(zip(SECONDS, WEIGHTS, strict=True)))
def test_time_axis_of_the_challenge(seconds: float, weight: float) -> None:
    assert transformed(seconds) == pytest.approx(weight, abs=6e-4)


@pytest.mark.parametrize(
    ("total", "seconds", "weight"),
    [(300, 10, 0.086), (300, 60, 0.387), (600, 10, 0.064), (600, 60, 0.289), (3600, 10, 0.037), (3600, 60, 0.169)],
)
def test_time_axis_of_other_budgets(total: float, seconds: float, weight: float) -> None:
    assert transformed(seconds, total) == pytest.approx(weight, abs=6e-4)


def test_one_perfect_point_earns_the_time_after_it() -> None:
    assert alc([Point(60, 1.0, "a")]) == pytest.approx(1 - math.log(2) / math.log(21))


def test_two_points_by_hand() -> None:
    # 0 until 60 s, 0.5 until 540 s (ln 10), 0.8 until 1200 s (ln 21).
    expected = (0.5 * (math.log(10) - math.log(2)) + 0.8 * (math.log(21) - math.log(10))) / math.log(21)
    assert alc([Point(60, 0.5, "a"), Point(540, 0.8, "b")]) == pytest.approx(expected)


def test_latest_counts_even_when_it_is_worse() -> None:
    rising = alc([Point(10, 0.5, "a"), Point(300, 0.9, "b")])
    dipping = alc([Point(10, 0.9, "a"), Point(300, 0.5, "b")])
    assert dipping == pytest.approx(0.9 * (transformed(300) - transformed(10)) + 0.5 * (1 - transformed(300)))
    assert dipping != pytest.approx(rising)


def test_no_points_no_area() -> None:
    assert alc([]) == 0.0


def test_points_after_the_end_are_left_out() -> None:
    assert alc([Point(10, 0.5, "a"), Point(1201, 1.0, "b")]) == alc([Point(10, 0.5, "a")])


def test_scores_may_be_negative() -> None:
    assert alc([Point(0, -0.2, "a")]) == pytest.approx(-0.2)


points = st.builds(Point, st.floats(0, 1200), st.floats(-1, 1), st.just("a"))


@given(st.lists(points, min_size=1, max_size=8, unique_by=lambda point: point.active_s))
def test_order_of_the_list_does_not_matter(curve: list[Point]) -> None:
    assert alc(reversed(curve)) == pytest.approx(alc(curve))


@given(st.lists(points, min_size=1, max_size=8))
def test_area_lies_within_the_scores(curve: list[Point]) -> None:
    scores = [point.score for point in curve]
    assert min(0.0, *scores) - 1e-9 <= alc(curve) <= max(0.0, *scores) + 1e-9
