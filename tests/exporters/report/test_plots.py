from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.results.calibration import calibration
from engine.results.figures import Share, confusion
from exporters.report.plots import axis
from exporters.report.plots.curve import Step, curve
from exporters.report.plots.matrix import gathered, matrix
from exporters.report.plots.numbers import BARS, beside_truth, histogram
from exporters.report.plots.reliability import reliability
from exporters.report.plots.scene import Area, Dot, Line, Rect, Scene, Words, fitting, width_of
from exporters.report.plots.shares import Bar, Pair, bars, pairs
from exporters.report.svg import svg
from tests.exporters.report.reading import read

FINITE = st.floats(-1e9, 1e9, allow_nan=False)


def inside(scene: Scene) -> bool:
    """Whether every shape lies on the plot."""
    spots: list[tuple[float, float]] = []
    for mark in scene.marks:
        if isinstance(mark, Line | Area):
            spots += mark.spots
        else:
            spots.append((mark.x, mark.y))
        if isinstance(mark, Rect):
            spots.append((mark.x + mark.width, mark.y + mark.height))
    return all(-1 <= x <= scene.width + 1 and -1 <= y <= scene.height + 1 for x, y in spots)


@given(st.lists(FINITE, min_size=1, max_size=5), st.integers(3, 8))
def test_values_lie_on_their_axis_and_so_do_its_ticks(values: list[float], most: int) -> None:
    found = axis.spanning(values, 50.0, 450.0)

    assert all(50 <= found.at(value) <= 450 for value in values)
    assert all(found.low - 1e-6 <= tick <= found.high + 1e-6 for tick in found.ticks(most))
    assert 1 <= len(found.ticks(most)) <= 2 * most


@given(st.lists(st.floats(0.0, 1e5), min_size=1, max_size=5))
def test_moments_lie_on_their_axis(moments: list[float]) -> None:
    found = axis.of_time(moments, 0.0, 100.0)

    assert all(0 <= found.at(moment) <= 100 for moment in moments)
    assert found.ticks()
    assert len(found.ticks(7)) <= 12


def test_a_curve_holds_each_value_until_the_next() -> None:
    steps = [Step(1.0, 10.0, 5.0, 15.0, "1"), Step(4.0, 60.0, 50.0, 70.0), Step(9.0, 80.0, 75.0, 85.0, "2")]
    scene = curve(steps, 30.0, "right, of 100")
    stairs = next(mark for mark in scene.marks if isinstance(mark, Line) and mark.width == 2.0)

    assert inside(scene)
    assert len(stairs.spots) == 2 * len(steps)
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(stairs.spots, stairs.spots[1:], strict=False))
    assert {mark.text for mark in scene.marks if isinstance(mark, Words) and mark.bold} == {"1", "2"}
    assert "10 after 1 s, 80 from 9 s to the end at 30 s" in scene.description


def test_a_curve_of_one_point_is_drawn() -> None:
    assert inside(curve([Step(2.0, 0.0, 0.0, 0.0, "1")], 2.0, "R²"))


def test_few_classes_are_shown_as_they_are() -> None:
    counts = confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    grid = gathered(("a", "b"), counts)
    scene = matrix(grid)

    assert grid.others == 0
    assert np.array_equal(grid.counts, counts)
    assert inside(scene)
    assert "2 of 3 samples lie on the diagonal" in scene.description
    assert [mark.title for mark in scene.marks if isinstance(mark, Rect) and mark.title][1] == "a: 1 of 2 named b"


def test_of_many_classes_those_with_most_mistakes_stay_and_no_sample_is_lost() -> None:
    rng = np.random.default_rng(0)
    truth, said = rng.integers(0, 1000, 5000), rng.integers(0, 1000, 5000)
    said[truth != 7] = truth[truth != 7]
    counts = confusion(truth, said, 1000)
    grid = gathered([f"kind {number}" for number in range(1000)], counts)

    assert len(grid.names) == 16
    assert "kind 7" in grid.names
    assert grid.names[-1] == "985 others"
    assert grid.counts.sum() == 5000
    assert np.trace(grid.counts) < 5000
    assert inside(matrix(grid))


def test_long_names_are_cut_to_their_room() -> None:
    name = "a very long name of a class " * 9
    scene = matrix(gathered((name, "纸" * 80), np.ones((2, 2), dtype=np.int64)))

    assert inside(scene)
    assert all(width_of(mark.text, mark.size) < 200 for mark in scene.marks if isinstance(mark, Words))
    assert fitting("abcdef", 1000) == "abcdef"
    assert width_of(fitting("abcdef" * 50, 60)) <= 60


def test_groups_of_answers_have_a_dot_and_a_bar_each() -> None:
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.3, 1.0, 400)
    found = calibration(sure, rng.uniform(size=400) < sure)
    scene = reliability(found.bins, "sure", "right")

    assert inside(scene)
    assert sum(isinstance(mark, Dot) for mark in scene.marks) == len(found.bins) == 7
    assert sum(isinstance(mark, Rect) for mark in scene.marks) == 7


def test_numbers_are_drawn_beside_the_truth_and_their_errors_counted() -> None:
    rng = np.random.default_rng(0)
    truth = rng.gamma(4.0, 20.0, 5000)
    said = truth + rng.normal(0.0, 10.0, 5000)
    dots, spread = beside_truth(truth, said, "price"), histogram(said - truth, "off", "Errors", zero=True)

    assert inside(dots)
    assert inside(spread)
    assert sum(isinstance(mark, Dot) for mark in dots.marks) == 1250
    assert sum(isinstance(mark, Rect) for mark in spread.marks) == BARS
    assert inside(histogram(np.full(5, 3.0), "x", "All alike"))
    assert inside(beside_truth(np.ones(3), np.ones(3), "x"))


def test_shares_have_their_intervals_and_amounts_their_bars() -> None:
    scene = pairs([Pair("bolt", Share(9, 10), Share(9, 12)), Pair("nut", Share(0, 0), Share(0, 0))])
    drawn = bars([Bar("bolt", (3.0, 1.0), "4"), Bar("nut", (0.0, 0.0), "0")], ("learned", "test"), "t", "d")

    assert inside(scene)
    assert inside(drawn)
    assert sum(isinstance(mark, Dot) for mark in scene.marks) == 2
    assert "nut: none found" in scene.description


@given(st.text(min_size=1), st.text())
def test_whatever_a_plot_is_called_its_drawing_is_sound(title: str, name: str) -> None:
    marks = (Rect(0, 0, 1, 1, "accent", 0.5, title), Words(3, 4, name, upwards=True), Dot(1, 1, 1, "bad"))
    found = read(svg(Scene(10, 10, marks, title, name), "b1").encode())

    assert found.closed
    assert len(found.elements) == 7


def test_an_impossible_calibration_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        calibration(np.zeros(0), np.zeros(0, dtype=np.bool_))


def test_a_share_that_is_not_known_is_not_drawn() -> None:
    assert math.isnan(Share(0, 0).value)
    assert not [mark for mark in pairs([Pair("a", Share(0, 0), Share(0, 0))]).marks if isinstance(mark, Dot)]
