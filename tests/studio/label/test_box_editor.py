"""Boxes are drawn, moved and resized within their picture, and what changed nothing is no change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.annotations.model import Box
from studio.label.box_editor import BoxEditor, Grip, Point

SIZE = (200.0, 100.0)
BIG, SMALL = Box("cat", 20, 20, 100, 60), Box("dog", 40, 40, 20, 20)
POINTS = st.tuples(st.floats(-300, 500), st.floats(-300, 500))


def editor(*boxes: Box) -> BoxEditor:
    made = BoxEditor()
    made.load(boxes, SIZE)
    return made


def dragged(made: BoxEditor, start: Point, *to: Point, new: str | None = None) -> str:
    made.press(start, 3.0, new)
    for point in to:
        made.drag(point)
    return made.release()


def test_a_drag_draws_a_box_in_any_direction() -> None:
    made = editor()
    assert dragged(made, (60, 50), (30, 70), (10, 10), new="cat") == "Draw a box of “cat”"
    assert made.marks == [Box("cat", 10, 10, 50, 40)]
    assert made.chosen == 0


def test_a_click_draws_nothing() -> None:
    made = editor(BIG)
    assert dragged(made, (60, 50), (61, 50), new="cat") == ""
    assert (made.marks, made.chosen) == ([BIG], None)


def test_a_box_is_moved_but_not_out_of_the_picture() -> None:
    made = editor(BIG)
    assert dragged(made, (100, 70), (500, 500)) == "Move a box of “cat”"
    assert made.marks == [Box("cat", 100, 40, 100, 60)]


@pytest.mark.parametrize(
    ("start", "grip", "expected"),
    [
        ((20, 50), Grip.LEFT, Box("cat", 30, 20, 90, 60)),
        ((120, 80), Grip.BOTTOM_RIGHT, Box("cat", 20, 20, 110, 70)),
        ((21, 19), Grip.TOP_LEFT, Box("cat", 31, 29, 89, 51)),
        ((70, 80), Grip.BOTTOM, Box("cat", 20, 20, 100, 70)),
    ],
)
def test_edges_and_corners_resize(start: Point, grip: Grip, expected: Box) -> None:
    made = editor(BIG)
    assert made.grip_at(start, 3.0) == (0, grip)
    assert dragged(made, start, (start[0] + 10, start[1] + 10)) == "Resize a box of “cat”"
    assert made.marks == [expected]


def test_an_edge_dragged_beyond_the_other_turns_the_box_round() -> None:
    made = editor(BIG)
    dragged(made, (20, 50), (180, 50))
    assert made.marks == [Box("cat", 120, 20, 60, 60)]


def test_of_boxes_one_over_the_other_the_smaller_is_reached_and_the_chosen_stays() -> None:
    made = editor(BIG, SMALL)
    made.press((50, 50), 3.0, None)
    made.release()
    assert made.chosen == 1
    made.chosen = 0
    assert made.grip_at((50, 50), 3.0) == (0, Grip.BODY)


def test_a_press_beside_all_boxes_chooses_none() -> None:
    made = editor(BIG)
    made.chosen = 0
    made.press((190, 95), 3.0, None)
    assert made.release() == ""
    assert made.chosen is None


def test_the_chosen_box_is_named_deleted_and_walked_to() -> None:
    made = editor(BIG, SMALL)
    assert (made.name("dog"), made.remove()) == ("", "")
    made.choose_next()
    assert made.name("dog") == "Make a box “dog”"
    assert made.name("dog") == ""
    made.choose_next()
    assert made.chosen == 1
    assert made.remove() == "Delete a box of “dog”"
    assert [box.label for box in made.marks] == ["dog"]


def test_a_drag_given_up_leaves_all_as_it_was() -> None:
    made = editor(BIG)
    made.press((100, 70), 3.0, None)
    made.drag((10, 10))
    made.cancel()
    assert made.marks == [BIG]
    made.press((10, 10), 3.0, "dog")
    made.drag((90, 90))
    made.cancel()
    assert (made.marks, made.chosen, made.busy) == ([BIG], None, False)


@given(gestures=st.lists(st.tuples(POINTS, POINTS, st.sampled_from([None, "cat"])), max_size=6))
def test_whatever_the_hand_does_boxes_stay_inside(gestures: list[tuple[Point, Point, str | None]]) -> None:
    made = editor(BIG, SMALL)
    for start, end, new in gestures:
        before = list(made.marks)
        did = dragged(made, start, end, new=new)
        assert bool(did) == (made.marks != before)
    for box in made.marks:
        assert box.width > 0 and box.height > 0
        assert box.x >= -1e-9 and box.x + box.width <= SIZE[0] + 1e-9
        assert box.y >= -1e-9 and box.y + box.height <= SIZE[1] + 1e-9


def test_keys_move_a_box_and_its_edges_within_the_picture() -> None:
    made = editor(BIG)
    made.chosen = 0
    assert made.nudge((-50, 5), Grip.BODY) == "Move a box of “cat”"
    assert made.marks == [Box("cat", 0, 25, 100, 60)]
    assert made.nudge((-1, 0), Grip.BODY) == ""
    assert made.nudge((10, -5), Grip.BOTTOM_RIGHT) == "Resize a box of “cat”"
    assert made.nudge((3, 0), Grip.TOP_LEFT) == "Resize a box of “cat”"
    assert made.marks == [Box("cat", 3, 25, 107, 55)]
    for _ in range(3):
        made.nudge((90, 90), Grip.TOP_LEFT)
    assert made.marks == [Box("cat", 109, 79, 1, 1)]


def test_a_box_is_put_into_the_middle_of_what_is_seen() -> None:
    made = editor()
    assert made.put_new("cat", Box("", 0, 0, 90, 60)) == "Mark a box of “cat”"
    assert made.marks == [Box("cat", 30, 20, 30, 20)]
    assert made.put_new("cat", Box("", 199, 99, 1, 1)) != ""
    assert made.marks[1] == Box("cat", 199, 99, 1, 1)


def test_the_smallest_box_can_be_moved() -> None:
    made = editor(Box("cat", 10, 10, 4, 4))
    assert made.grip_at((12, 12), 7.0) == (0, Grip.BODY)
    assert made.grip_at((10, 10), 7.0) == (0, Grip.TOP_LEFT)
    assert made.grip_at((15, 12), 7.0) == (0, Grip.RIGHT)
