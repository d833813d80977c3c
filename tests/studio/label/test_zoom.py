"""A picture of any size is seen whole, closely, and never lost from sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from studio.label.zoom import MOST_PIXELS, Zoom

INNER = QRectF(10, 20, 600, 300)


def zoom(width: float, height: float) -> Zoom:
    made = Zoom()
    made.show(QSizeF(width, height), INNER)
    return made


@pytest.mark.parametrize(("size", "scale"), [((1200, 600), 0.5), ((20_000, 4000), 0.03), ((32, 24), 2.0)])
def test_a_picture_fits_but_is_not_blown_up(size: tuple[int, int], scale: float) -> None:
    made = zoom(*size)
    assert made.scale == pytest.approx(scale)
    assert made.place().center() == INNER.center()
    assert made.seen() == QRectF(0, 0, *size)


def test_the_largest_picture_can_be_seen_pixel_by_pixel() -> None:
    made = zoom(20_000, 4000)
    for _ in range(40):
        made.by(2.0, INNER.center())
    assert made.scale == pytest.approx(MOST_PIXELS)
    assert made.seen().width() == pytest.approx(600 / MOST_PIXELS)


def test_what_is_under_the_pointer_stays_there() -> None:
    made, at = zoom(1200, 600), QPointF(200, 100)
    before = made.in_picture(at)
    made.by(3.0, at)
    after = made.in_picture(at)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


def test_a_part_is_brought_into_sight() -> None:
    made = zoom(1200, 600)
    made.by(8.0, INNER.topLeft())
    part = QRectF(1100, 500, 20, 20)
    assert not made.seen().contains(part)
    made.bring(part)
    assert made.seen().contains(part)


FACTORS = st.tuples(st.floats(0.1, 10), st.floats(0, 620), st.floats(0, 320), st.floats(-9000, 9000))


@given(st.lists(FACTORS, max_size=8))
def test_whatever_is_done_some_of_it_is_in_sight(steps: list[tuple[float, float, float, float]]) -> None:
    made = zoom(1200, 600)
    for factor, x, y, by in steps:
        made.by(factor, QPointF(x, y))
        made.move(QPointF(by, -by))
        assert made.place().adjusted(-1, -1, 1, 1).contains(INNER.center())
        assert made.times >= 1.0
