"""The grid paints only what is seen, in whole columns, with each photo's label below it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from engine.task import Modality
from studio.data.grid import Grid
from studio.data.grid_model import GridModel
from studio.listing import Listing
from studio.picture_loader import PictureLoader
from studio.theme import class_colour, colours
from tests.studio.painting import grabbed, plain, share_of

COUNT = 3000
RED = QColor(200, 30, 20)


def decode(path: str, _content: str) -> QImage:
    return QImage() if path == "/1" else plain(RED)


@pytest.fixture
def loader() -> Iterator[PictureLoader]:
    made = PictureLoader(decode)
    yield made
    made.close()


@pytest.fixture
def grid(loader: PictureLoader, qtbot: QtBot) -> Grid:
    """A shown grid of many red photos; the second is broken, the third has no label."""
    ids = [f"{number}.png" for number in range(COUNT)]
    paths = [f"/{number}" for number in range(COUNT)]
    labels = [None if number == 2 else "bolt" for number in range(COUNT)]
    model = GridModel(loader)
    model.show_rows(Listing(Modality.IMAGE, ids, paths, paths, list(labels)), list(range(COUNT)))
    made = Grid(model)
    made.tiles.class_index = {"bolt": 2}
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def has_width(grid: Grid, width: int) -> bool:
    return grid.width() == width


def test_the_tiles_fill_the_width_in_whole_columns(grid: Grid, qtbot: QtBot) -> None:
    for width in (700, 420, 1000, 90):
        grid.resize(width, 500)
        qtbot.waitUntil(partial(has_width, grid, width))
        space = grid.viewport().width() - 2
        columns = max(1, space // grid.gridSize().width())
        assert 0 <= space - columns * grid.gridSize().width() < columns
        assert grid.gridSize().height() > grid.gridSize().width()


def test_only_photos_in_sight_are_asked_for(grid: Grid, loader: PictureLoader, qtbot: QtBot) -> None:
    def there(number: int) -> bool:
        return f"{number}.png" in loader._pixmaps

    qtbot.waitUntil(lambda: there(0))
    assert not there(COUNT - 1)
    assert not there(COUNT // 2)
    grid.scrollToBottom()
    qtbot.waitUntil(lambda: there(COUNT - 1))
    assert not there(COUNT // 2)


def test_a_photo_its_class_and_a_broken_one_are_told_apart(grid: Grid, loader: PictureLoader, qtbot: QtBot) -> None:
    with qtbot.waitSignals([loader.loaded] * 2):
        grid.viewport().update()
    qtbot.waitUntil(lambda: share_of(grabbed(grid.viewport()), RED) > 0.3)
    image = grabbed(grid.viewport())
    whole, broken, unlabelled = (grid.visualRect(grid.model().index(place, 0)) for place in range(3))
    assert share_of(image, RED, whole) > 0.5
    assert share_of(image, RED, broken) == 0.0
    assert share_of(image, QColor(colours().hover), broken) > 0.4
    assert share_of(image, class_colour(2), whole) > 0.0
    assert share_of(image, class_colour(2), unlabelled) == 0.0


def test_a_label_that_is_no_class_has_no_dot(grid: Grid, loader: PictureLoader, qtbot: QtBot) -> None:
    grid.tiles.class_index = {"nut": 0}
    grid.viewport().update()
    assert share_of(grabbed(grid.viewport()), class_colour(0)) == 0.0


def test_what_is_selected_is_framed(grid: Grid) -> None:
    accent = QColor(colours().accent)
    place = grid.model().index(1, 0)
    before = share_of(grabbed(grid.viewport()), accent, grid.visualRect(place))
    grid.setCurrentIndex(place)
    assert share_of(grabbed(grid.viewport()), accent, grid.visualRect(place)) > before + 0.01
