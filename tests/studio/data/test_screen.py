"""The Data screen on real projects: the sentence, filters, search, more drops, and what could not be opened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from studio.data.problem_list import ProblemList
from studio.data.screen import DataScreen
from studio.finding.wanted import Wanted
from studio.screen import ScreenState
from studio.window import MainWindow


@pytest.fixture
def screen(window: MainWindow) -> DataScreen:
    made = window.page("data")
    assert isinstance(made, DataScreen)
    return made


def take_in(screen: DataScreen, source: Path, qtbot: QtBot) -> None:
    before = len(screen.browser.listing)
    screen.drop([source])
    qtbot.waitUntil(screen.sheet.isVisible)
    QTest.mouseClick(screen.sheet.take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(screen.browser.listing) > before and screen.browser.isVisible())


def lines(screen: DataScreen) -> list[tuple[str, int]]:
    return [(row.title, row.count) for row in screen.browser.classes.classes.rows]


def test_counts_stand_beside_the_photos(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    assert lines(screen) == [("All", 12), ("bolt", 4), ("nut", 4), ("washer", 4)]
    assert screen.state() is ScreenState.READY
    assert screen.next_action() == "go.train"


def test_a_class_is_chosen_and_all_come_back(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    screen.browser.classes.choose(2)
    assert screen.browser.grid_model.rowCount() == 4
    screen.browser.classes.setFocus()
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    assert screen.browser.grid_model.rowCount() == 12


def test_names_are_searched_while_typing(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    screen.setFocus()
    QTest.keyClick(screen, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(screen.browser.search, "washer 2")
    qtbot.waitUntil(lambda: screen.browser.grid_model.rowCount() == 1)


def test_what_could_not_be_opened_is_counted_and_listed(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    (bar,) = screen.notes.bars()
    assert bar.words == "2 of 14 files couldn't be opened. They were left out."
    screen.list_problems()
    listed = screen.findChild(ProblemList)
    assert isinstance(listed, ProblemList)
    assert listed.table.rowCount() == 2
    listed.close()


def test_files_left_out_by_their_endings_are_not_said_to_be_broken(
    screen: DataScreen, photos: Path, qtbot: QtBot
) -> None:
    for name in ("a.heic", "b.heic"):
        (photos / "washer" / name).write_bytes(b"photo")
    take_in(screen, photos, qtbot)
    (bar,) = screen.notes.bars()
    assert bar.words == "4 things were left out or mended."


def test_a_second_drop_goes_into_the_same_project(
    screen: DataScreen, photos: Path, loose_photos: Path, qtbot: QtBot
) -> None:
    take_in(screen, photos, qtbot)
    project = screen.session.project
    take_in(screen, loose_photos, qtbot)
    assert screen.session.project is project
    assert lines(screen)[:2] == [("All", 21), ("No label", 9)]
    assert screen.next_action() == "go.label"
    screen.browser.classes.choose(1)
    assert screen.browser.grid_model.rowCount() == 9


def test_thumbnails_come_in(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    listing = screen.browser.listing
    source = (listing.ids[0], listing.references[0], listing.contents[0])
    qtbot.waitUntil(lambda: screen.browser.loader.get(*source) is not None)
    picture = screen.browser.loader.get(*source)
    assert picture is not None
    assert not picture.isNull()


def test_the_target_of_a_table_is_changed_in_the_sentence(screen: DataScreen, table: Path, qtbot: QtBot) -> None:
    screen.drop([table])
    qtbot.waitUntil(screen.sheet.isVisible)
    assert "kind" in screen.sheet.sentence.accessibleName()
    box = next(b for b in screen.sheet.findChildren(QComboBox) if b.accessibleName() == "Column to predict")
    box.setCurrentText("height")
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: "predict the number in height" in screen.sheet.sentence.accessibleName())
    screen.intake.accept()
    qtbot.waitUntil(lambda: len(screen.browser.listing) == 40)
    assert screen.browser.table_model.headerData(0, Qt.Orientation.Horizontal) == "height"


def test_a_column_left_out_is_taken_in_from_the_sheet(screen: DataScreen, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "orders.csv"
    rows = [f"{'same,' * 7}{number},{number % 7},{'late' if number % 2 else 'early'}" for number in range(40)]
    path.write_text("\n".join(["a,b,c,d,e,f,g,order_id,size,came", *rows]) + "\n")
    screen.drop([path])
    qtbot.waitUntil(screen.sheet.isVisible)
    (offer,) = [made for made in screen.sheet.findChildren(QPushButton) if made.text() == "Learn from it"]
    assert offer.accessibleName() == "Learn from order_id"
    QTest.mouseClick(offer, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 columns to learn from" in screen.sheet.sentence.accessibleName())
    screen.intake.accept()
    qtbot.waitUntil(lambda: len(screen.browser.listing) == 40)
    project = screen.session.project
    assert project is not None
    understood = project.understanding()
    assert understood is not None and [column.name for column in understood.columns] == ["order_id", "size"]


def test_some_samples_alone_are_shown_with_their_caption(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    ids = screen.browser.listing.ids[:3]
    screen.session.samples_wanted.emit(ids, "Bolts taken for nuts")
    assert screen.browser.grid_model.rowCount() == 3
    screen.browser.show_only(Wanted())
    assert screen.browser.grid_model.rowCount() == 12


def test_enter_on_a_photo_goes_to_its_label(window: MainWindow, screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    screen.browser.grid.setCurrentIndex(screen.browser.grid_model.index(5))
    QTest.keyClick(screen.browser.grid, Qt.Key.Key_Return)
    assert window.shown == "label"
    listing = window.session.library.listing
    assert getattr(window.page("label"), "sample_id", None) == listing.ids[5]


def test_a_photo_that_went_away_is_shown_as_missing(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    take_in(screen, photos, qtbot)
    shutil.rmtree(photos / "washer")
    screen.browser.loader.forget()
    listing = screen.browser.listing
    row = next(row for row, name in enumerate(listing.ids) if "washer 3" in name)
    listing.contents[row] = "unseen"
    source = (listing.ids[row], listing.references[row], "unseen")
    qtbot.waitUntil(lambda: screen.browser.loader.get(*source) is not None)
    picture = screen.browser.loader.get(*source)
    assert picture is not None
    assert picture.isNull()


def test_cancelling_an_import_leaves_no_project(screen: DataScreen, photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    screen.drop([photos])
    qtbot.waitUntil(screen.sheet.isVisible)
    screen.intake.accept()
    screen.intake.cancel()
    qtbot.waitUntil(screen.home.isVisible)
    assert screen.session.project is None
    assert not (tmp_path / "projects" / photos.name).exists()
