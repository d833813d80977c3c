"""The strip shows where the person is among the photos, and which have a label."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.task import Modality
from studio.data.grid_model import GridModel
from studio.label.filmstrip import Filmstrip
from studio.listing import Listing
from studio.picture_loader import PictureLoader
from studio.theme import class_colour, colours
from tests.studio.painting import grabbed, plain, share_of

COUNT = 200
GREY = QColor(120, 120, 120)


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[Filmstrip]:
    """Grey photos; every second has a label."""
    loader = PictureLoader(lambda _path, _content: plain(GREY, 60, 30))
    names = [str(number) for number in range(COUNT)]
    labels = [None if number % 2 else "bolt" for number in range(COUNT)]
    model = GridModel(loader)
    model.show_rows(Listing(Modality.IMAGE, names, names, names, list(labels)), list(range(COUNT)))
    made = Filmstrip(model)
    made.tiles.class_index = {"bolt": 1}
    qtbot.addWidget(made)
    made.resize(600, made.height())
    made.show()
    qtbot.waitExposed(made)
    yield made
    loader.close()


def test_the_place_is_brought_to_the_middle(strip: Filmstrip) -> None:
    strip.show_place(100)
    box = strip.visualRect(strip.model().index(100, 0))
    assert abs(box.center().x() - strip.viewport().width() / 2) <= box.width()
    strip.show_place(0)
    assert strip.visualRect(strip.model().index(0, 0)).left() >= 0


def test_only_the_place_is_framed(strip: Filmstrip) -> None:
    strip.show_place(3)
    image = grabbed(strip.viewport())
    accent = QColor(colours().accent)
    framed = [place for place in range(1, 6, 2) if share_of(image, accent, _box(strip, place)) > 0.05]
    assert framed == [3]


def test_photos_fill_their_squares_and_labels_colour_their_feet(strip: Filmstrip, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: share_of(grabbed(strip.viewport()), GREY) > 0.4)
    image = grabbed(strip.viewport())
    labelled = [share_of(image, class_colour(1), _box(strip, place)) > 0.03 for place in range(6)]
    assert labelled == [True, False, True, False, True, False]
    assert share_of(image, GREY, _box(strip, 1)) > 0.6


def test_a_label_that_is_no_class_has_a_foot_of_no_class(strip: Filmstrip) -> None:
    strip.tiles.class_index = {"nut": 0}
    image = grabbed(strip.viewport())
    assert share_of(image, class_colour(0)) == 0.0
    labelled = [share_of(image, QColor(colours().muted), _box(strip, place)) > 0.03 for place in range(1, 5)]
    assert labelled == [False, True, False, True]


def _box(strip: Filmstrip, place: int) -> QRect:
    return strip.visualRect(strip.model().index(place, 0))
