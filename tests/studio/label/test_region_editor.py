"""Regions are marked, moved and resized within their sound, and what changed nothing is no change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.annotations.model import Region
from studio.label.region_editor import Hold, RegionEditor, clipped

LONG, SHORT = Region("rain", 1.0, 5.0), Region("dog", 2.0, 2.5, 300.0, 900.0)


def editor(*regions: Region) -> RegionEditor:
    made = RegionEditor()
    made.load(regions, 10.0)
    return made


def test_a_selection_becomes_a_region() -> None:
    made = editor()
    made.begin_selection(3.0)
    made.drag(2.0)
    assert (made.release(), made.selection) == ("", (2.0, 3.0))
    assert made.mark_selection("dog", 7.0) == "Mark a region of “dog”"
    assert (made.marks, made.selection, made.chosen) == ([Region("dog", 2.0, 3.0)], None, 0)


def test_without_a_selection_a_moment_is_marked() -> None:
    made = editor()
    made.mark_selection("dog", 7.123456)
    assert made.marks == [Region("dog", 7.1235, 7.1235)]
    assert made.nudge(0.5, Hold.END) == "Resize a region of “dog”"
    assert made.marks == [Region("dog", 7.1235, 7.6235)]


def test_a_region_is_moved_but_not_out_of_the_sound() -> None:
    made = editor(LONG)
    made.take_hold(0, Hold.BODY, 2.0)
    made.drag(99.0)
    assert made.release() == "Move a region of “rain”"
    assert made.marks == [Region("rain", 6.0, 10.0)]


def test_an_edge_dragged_beyond_the_other_turns_the_region_round() -> None:
    made = editor(SHORT)
    made.take_hold(0, Hold.START, 2.0)
    made.drag(4.0)
    assert made.release() == "Resize a region of “dog”"
    assert made.marks == [Region("dog", 2.5, 4.0, 300.0, 900.0)]


@pytest.mark.parametrize(
    ("moment", "hold"), [(0.95, Hold.START), (1.05, Hold.START), (3.0, Hold.BODY), (5.05, Hold.END), (5.2, None)]
)
def test_a_region_is_held_by_its_edges_or_its_body(moment: float, hold: Hold | None) -> None:
    assert editor(LONG).hold_at(0, moment, 0.1) is hold


def test_even_the_shortest_region_can_be_moved() -> None:
    made = editor(Region("dog", 1.0, 1.04))
    assert made.hold_at(0, 1.02, 0.5) is Hold.BODY


def test_the_shortest_region_at_a_moment_is_found() -> None:
    made = editor(LONG, SHORT)
    assert (made.under(2.2), made.under(4.0), made.under(8.0)) == (1, 0, None)


def test_overlapping_regions_are_written_in_lines_of_their_own() -> None:
    assert editor(LONG, SHORT, Region("dog", 5.0, 6.0)).lanes() == [0, 1, 0]


def test_keys_nudge_and_what_changed_nothing_is_no_change() -> None:
    made = editor(Region("dog", 0.0, 1.0))
    made.chosen = 0
    assert made.nudge(-0.01, Hold.BODY) == ""
    assert made.nudge(0.01, Hold.START) == "Resize a region of “dog”"
    assert made.nudge(0.1, Hold.BODY) == "Move a region of “dog”"
    assert made.marks == [Region("dog", 0.11, 1.1)]


def test_a_drag_given_up_leaves_all_as_it_was() -> None:
    made = editor(LONG)
    made.take_hold(0, Hold.END, 5.0)
    made.drag(8.0)
    made.cancel()
    assert (made.marks, made.busy, made.release()) == ([LONG], False, "")


def test_regions_are_walked_in_order_of_time() -> None:
    made = editor(Region("c", 5, 6), Region("a", 1, 2), Region("b", 3, 4))
    seen = []
    for _ in range(4):
        made.choose_next()
        seen.append(made.marks[made.chosen or 0].label)
    made.choose_next(-1)
    assert seen == ["a", "b", "c", "a"]
    assert made.mark == Region("c", 5, 6)


def test_a_copy_ends_with_the_sound() -> None:
    assert clipped(LONG, 3.0) == Region("rain", 1.0, 3.0)
    assert clipped(LONG, 0.5) is None


MOMENTS = st.floats(-5, 15)


@given(steps=st.lists(st.tuples(st.sampled_from(list(Hold)), MOMENTS, MOMENTS), max_size=8))
def test_whatever_the_hand_does_regions_stay_inside(steps: list[tuple[Hold, float, float]]) -> None:
    made = editor(LONG, SHORT)
    for hold, start, end in steps:
        before = list(made.marks)
        made.take_hold(1, hold, start)
        made.drag(end)
        assert bool(made.release()) == (made.marks != before)
    for region in made.marks:
        assert 0 <= region.start <= region.end <= 10.0
