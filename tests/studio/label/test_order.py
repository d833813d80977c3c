"""Walking through samples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.task import Modality
from studio.label.order import Order
from studio.listing import Label, Listing


def listing(labels: list[Label], skipped: tuple[int, ...] = ()) -> Listing:
    ids = [str(number) for number in range(len(labels))]
    return Listing(Modality.IMAGE, ids, ids, ids, labels, skipped={str(number) for number in skipped})


def order(labels: list[Label], place: int | None = 0, skipped: tuple[int, ...] = ()) -> Order:
    made = Order()
    made.begin(listing(labels, skipped), range(len(labels)), place)
    return made


def test_one_begins_at_the_first_sample_without_a_label() -> None:
    assert order(["a", "a", None, None], None).place == 2


def test_steps_stop_at_the_ends() -> None:
    assert order(["a", "b"]).step(-1) is None
    assert order(["a", "b"], 1).step(1) is None


def test_the_next_without_a_label_is_found_around_the_end() -> None:
    assert order([None, "a", "a", "a"], 2).unlabelled(1) == 0
    assert order([None, "a", None, "a"], 3).unlabelled(-1) == 2


def test_skipped_samples_come_last() -> None:
    assert order([None, None, None], 1, skipped=(0,)).unlabelled(1) == 2
    assert order([None, "a", None], 2, skipped=(0,)).unlabelled(1) == 0


def test_rows_are_walked_in_the_order_given() -> None:
    made = Order()
    made.begin(listing(["a", None, "b", None]), [3, 2, 0])
    assert (made.row, made.sample_id, len(made)) == (3, "3", 3)
    assert made.unlabelled(1) is None
    made.place = 2
    assert made.row == 0
    assert made.unlabelled(1) == 0


def test_no_rows_have_no_sample() -> None:
    made = Order()
    made.begin(listing(["a", None]), [])
    assert (made.row, made.sample_id, made.unlabelled(1), made.step(1)) == (None, None, None, None)


@given(st.lists(st.sampled_from([None, "a"]), min_size=1, max_size=30), st.data())
def test_every_sample_without_a_label_is_visited(labels: list[Label], data: st.DataObject) -> None:
    made = order(labels, data.draw(st.integers(0, len(labels) - 1)))
    left = {place for place, label in enumerate(labels) if label is None} - {made.place}
    while left:
        place = made.unlabelled(1)
        assert place in left
        labels[place] = "a"
        made.place = place
        left.remove(place)
