"""Walking through samples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.label.order import Order
from studio.listing import Label


def order(labels: list[Label], place: int = 0) -> Order:
    made = Order()
    made.reset(labels, place)
    return made


def test_one_begins_at_the_first_sample_without_a_label() -> None:
    made = Order()
    made.reset(["a", "a", None, None])
    assert made.place == 2


def test_steps_stop_at_the_ends() -> None:
    assert order(["a", "b"]).step(-1) is None
    assert order(["a", "b"], 1).step(1) is None


def test_the_next_without_a_label_is_found_around_the_end() -> None:
    assert order([None, "a", "a", "a"], 2).unlabelled(1) == 0
    assert order([None, "a", None, "a"], 3).unlabelled(-1) == 2


def test_skipped_samples_come_last() -> None:
    made = order([None, None, None])
    made.skip()
    made.place = 1
    assert made.unlabelled(1) == 2
    made.place = 2
    made.labels = [None, "a", None]
    assert made.unlabelled(1) == 0


@given(st.lists(st.sampled_from([None, "a"]), min_size=1, max_size=30), st.data())
def test_every_sample_without_a_label_is_visited(labels: list[Label], data: st.DataObject) -> None:
    made = order(labels, data.draw(st.integers(0, len(labels) - 1)))
    left = set(range(len(labels))) - {place for place, label in enumerate(labels) if label is not None} - {made.place}
    while left:
        place = made.unlabelled(1)
        assert place in left
        labels[place] = "a"
        made.place = place
        left.remove(place)
