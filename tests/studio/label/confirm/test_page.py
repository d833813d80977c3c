"""The confirm grid by keys alone: accept, correct, skip and clear what is chosen, in sight, or sure enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from labeling.suggest.model import Suggestion, Suggestions
from studio.finding.wanted import By, Stand, Wanted
from studio.label.confirm.model import ConfirmModel
from studio.label.confirm.tiles import ConfirmGrid
from studio.label.screen import LabelScreen
from studio.theme import class_colour
from studio.window import MainWindow
from tests.studio.painting import grabbed, share_of

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def grid(suggesting: LabelScreen, qtbot: QtBot) -> ConfirmGrid:
    """The grid, opened by its key."""
    QTest.keyClick(suggesting, Qt.Key.Key_G)
    made = suggesting.bench.confirm.grid
    qtbot.waitUntil(made.hasFocus)
    return made


def labels(screen: LabelScreen) -> list[str | None]:
    """Return the labels as the database has them."""
    project = screen.session.project
    assert isinstance(project, Project)
    found: list[str | None] = project.frame()["label"].to_list()
    return found


def said(grid: ConfirmGrid) -> list[str]:
    model = grid.model()
    assert isinstance(model, ConfirmModel)
    return [model.standing(place).said for place in range(model.rowCount())]


def test_only_suggestions_are_shown_at_first_and_all_on_demand(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    assert said(grid) == ["bolt 97%", "nut 80%", "nut 55%", "bolt 99%"]
    assert grid.currentIndex().row() == 0
    suggesting.bench.confirm.bar.only.click()
    assert said(grid) == ["bolt", "nut", "bolt", "nut", "bolt 97%", "nut 80%", "nut 55%", "bolt 99%", "no label"]


def test_enter_accepts_the_current_tile_and_goes_on(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert labels(suggesting)[4] == "bolt"
    assert suggesting.session.undo_name == "Accept 'bolt'"
    assert grid.currentIndex().row() == 1
    assert said(grid)[0] == "bolt"


def test_arrows_choose_and_a_class_key_corrects_all_that_are_chosen(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert grid.chosen_places() == [1, 2]
    QTest.keyClick(grid, Qt.Key.Key_1)
    assert labels(suggesting)[4:] == [None, "bolt", "bolt", None, None]
    assert suggesting.session.undo_name == "Label 'bolt' (2)"
    assert grid.currentIndex().row() == 3


def test_all_that_are_chosen_are_accepted_as_one_change(
    grid: ConfirmGrid, suggesting: LabelScreen, window: MainWindow
) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert labels(suggesting)[4:6] == ["bolt", "nut"]
    assert window.session.undo_name == "Accept 2 suggestions"
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert labels(suggesting)[4:6] == [None, None]
    assert grid.currentIndex().row() == 0
    assert said(grid)[:2] == ["bolt 97%", "nut 80%"]


def test_shift_and_enter_accept_all_in_sight(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    assert list(grid.places_in_sight())[:4] == [0, 1, 2, 3]
    QTest.keyClick(grid, Qt.Key.Key_Return, SHIFT)
    assert labels(suggesting)[4:] == ["bolt", "nut", "nut", "bolt", None]
    assert suggesting.session.undo_name == "Accept 4 suggestions"


def test_a_tile_whose_class_cannot_be_read_is_not_in_sight(grid: ConfirmGrid, window: MainWindow, qtbot: QtBot) -> None:
    window.resize(900, 620)
    for height in range(520, 760, 40):
        window.resize(900, height)
        QApplication.processEvents()
        shown = [grid.visualRect(grid.model().index(place, 0)) for place in range(grid.model().rowCount())]
        whole = [place for place, box in enumerate(shown) if box.bottom() - 6 <= grid.viewport().height()]
        assert list(grid.places_in_sight()) == whole


def test_those_sure_enough_are_counted_and_accepted(grid: ConfirmGrid, suggesting: LabelScreen, qtbot: QtBot) -> None:
    bar = suggesting.bench.confirm.bar
    qtbot.waitUntil(lambda: bar._said.text() == "At least 95% sure: 2")
    bar.slider.setFocus()
    for _ in range(15):
        QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    assert bar._said.text() == "At least 80% sure: 3"
    assert bar.accept.text() == "Accept 3"
    bar.accept.click()
    assert labels(suggesting)[4:] == ["bolt", "nut", None, "bolt", None]
    qtbot.waitUntil(lambda: bar.accept.text() == "Accept none")
    assert not bar.accept.isEnabled()


def test_skipped_tiles_are_never_accepted_with_others(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    QTest.keyClick(grid, Qt.Key.Key_X)
    assert said(grid)[0] == "skipped"
    assert grid.currentIndex().row() == 1
    QTest.keyClick(grid, Qt.Key.Key_Return, SHIFT)
    assert labels(suggesting)[4:] == [None, "nut", "nut", "bolt", None]


def test_backspace_clears_labels_and_then_takes_up_what_was_skipped(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    QTest.keyClick(grid, Qt.Key.Key_2)
    grid.go_to(0)
    QTest.keyClick(grid, Qt.Key.Key_Backspace)
    assert labels(suggesting)[4] is None
    QTest.keyClick(grid, Qt.Key.Key_X)
    grid.go_to(0)
    QTest.keyClick(grid, Qt.Key.Key_Backspace)
    assert not suggesting.listing.skipped


def test_g_and_a_double_click_show_the_current_tile_large(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_G)
    assert suggesting.sample_id == "photo 5.png"
    assert suggesting.bench.photo_stage.isVisible()
    QTest.keyClick(suggesting, Qt.Key.Key_G)
    assert grid.currentIndex().row() == 1
    suggesting.bench.confirm.grid.doubleClicked.emit(grid.model().index(3, 0))
    assert suggesting.sample_id == "photo 7.png"


def test_tiles_come_in_the_order_chosen_and_stay_when_labelled(grid: ConfirmGrid, suggesting: LabelScreen) -> None:
    view = suggesting.session.view
    view.show(Wanted(by=By.DOUBT, stand=Stand.SUGGESTED))
    assert said(grid) == ["nut 55%", "nut 80%", "bolt 97%", "bolt 99%"]
    grid.go_to(0)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    view.suggest(replace(view.suggestions, right=(10, 11)))
    assert said(grid) == ["nut", "nut 80%", "bolt 97%", "bolt 99%"]


def test_u_goes_to_the_most_doubtful_tile(grid: ConfirmGrid) -> None:
    QTest.keyClick(grid, Qt.Key.Key_U)
    assert grid.currentIndex().row() == 2


def test_labels_are_filled_with_the_colour_of_their_class_and_suggestions_outlined(
    grid: ConfirmGrid, suggesting: LabelScreen
) -> None:
    chosen = QColor("#12ab34")
    suggesting.session.changes.colour_class("nut", chosen.name())
    box = grid.visualRect(grid.model().index(1, 0))
    outlined = share_of(grabbed(grid.viewport()), class_colour(1), box)
    grid.go_to(1)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    grid.go_to(3)
    filled = share_of(grabbed(grid.viewport()), class_colour(1), box)
    assert class_colour(1) == chosen
    assert 0 < outlined < filled / 3


def test_without_suggestions_the_grid_labels_many_at_once(
    window: MainWindow, suggesting: LabelScreen, qtbot: QtBot
) -> None:
    window.session.view.suggest(Suggestions())
    QTest.keyClick(suggesting, Qt.Key.Key_G)
    grid = suggesting.bench.confirm.grid
    qtbot.waitUntil(grid.hasFocus)
    assert "after about ten labels" in suggesting.bench.confirm.bar._said.text()
    assert grid.model().rowCount() == 9
    grid.go_to(4)
    QTest.keyClick(grid, Qt.Key.Key_End, SHIFT)
    QTest.keyClick(grid, Qt.Key.Key_2)
    assert labels(suggesting)[4:] == ["nut"] * 5


def test_several_classes_are_accepted_and_toggled(
    window: MainWindow, loose_photos: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    pairs = [f"photo {n}.png,{('bolt;nut', 'nut', '')[n % 3]}" for n in range(6)]
    (loose_photos / "labels.csv").write_text("\n".join(["filename,labels", *pairs]) + "\n")
    understanding = understand(loose_photos)
    with Project.create(tmp_path / "several") as project:
        project.add(understanding, read(understanding))
        project.set_label(project.ids(), None)
    assert window.session.open_project(tmp_path / "several")
    qtbot.waitUntil(lambda: len(window.session.library.listing) > 0)
    window.session.suggesting.rest()
    ids = window.session.library.listing.ids
    both = Suggestion(ids[0], ("nut", "bolt"), None, 0.9, 0.1)
    window.session.view.suggest(Suggestions(by_sample={ids[0]: both}))
    window.go("label")
    window.trigger("label.grid")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    grid = screen.bench.confirm.grid
    assert said(grid) == ["nut, bolt 90%"]
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert screen.listing.labels[0] == ("bolt", "nut")
    grid.go_to(0)
    QTest.keyClick(grid, Qt.Key.Key_1)
    assert screen.listing.labels[:1] == [("nut",)]


def test_rows_of_a_table_show_their_values(window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot) -> None:
    understanding = understand(table)
    with Project.create(tmp_path / "flowers") as project:
        project.add(understanding, read(understanding))
    assert window.session.open_project(tmp_path / "flowers")
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 40)
    window.go("label")
    window.trigger("label.grid")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    standing = screen.bench.confirm.model.standing(1)
    assert standing.words == "height: 0.25\ncolour: red"
    assert standing.said == "rose"
    assert not screen.grab().isNull()
