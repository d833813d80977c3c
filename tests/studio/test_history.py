"""The history as a list: what was done and when, and going to any point of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from studio.history import HistoryList, HistoryModel, when
from studio.window import MainWindow


@pytest.fixture
def listed(window: MainWindow, photos: Path, tmp_path: Path, qtbot: QtBot) -> HistoryList:
    """A window with a project in which four photos were called pins, and its history."""
    understanding = understand(photos)
    with Project.create(tmp_path / "pins") as project:
        project.add(understanding, read(understanding))
        for number, sample in enumerate(project.ids()[:4]):
            project.set_label([sample], "pin", f"Pin {number}")
    assert window.session.open_project(tmp_path / "pins")
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 12)
    QTest.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    made = window.findChild(HistoryList)
    assert isinstance(made, HistoryList)
    qtbot.waitUntil(made.isVisible)
    return made


def names(listed: HistoryList) -> list[str]:
    return [str(listed.model.index(line, 0).data()) for line in range(listed.model.rowCount())]


def accessible(listed: HistoryList, line: int) -> str:
    return str(listed.model.index(line, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_newest_stands_first_and_the_beginning_last(listed: HistoryList) -> None:
    assert names(listed) == ["Pin 3", "Pin 2", "Pin 1", "Pin 0", "Add 12 photos", "The beginning: an empty project"]
    assert accessible(listed, 0) == "Pin 3 (now)"
    assert listed.table.currentIndex().row() == 0


def test_enter_on_a_line_goes_there_and_back(listed: HistoryList, window: MainWindow, qtbot: QtBot) -> None:
    labels = window.session.library.listing.labels
    for _ in range(3):
        QTest.keyClick(listed.table, Qt.Key.Key_Down)
    QTest.keyClick(listed.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.library.listing.labels[:4] == ["pin", "bolt", "bolt", "bolt"])
    assert [accessible(listed, line) for line in (2, 3)] == ["Pin 1 (undone)", "Pin 0 (now)"]
    assert listed.table.currentIndex().row() == 3
    assert window.session.redo_name == "Pin 1"
    listed.table.setCurrentIndex(listed.model.index(0, 0))
    QTest.keyClick(listed.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.library.listing.labels[:4] == ["pin"] * 4)
    assert len(labels) == 12


def test_one_can_go_to_the_beginning(listed: HistoryList, window: MainWindow, qtbot: QtBot) -> None:
    last = listed.model.index(5, 0)
    listed.table.selectionModel().setCurrentIndex(last, QItemSelectionModel.SelectionFlag.SelectCurrent)
    listed.go_to_chosen()
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 0)
    assert window.session.redo_name == "Add 12 photos"


def test_the_list_follows_what_is_done_meanwhile(listed: HistoryList, window: MainWindow) -> None:
    window.session.changes.add_class("screw")
    assert names(listed)[0] == "Add class “screw”"


def test_far_pages_are_read_when_they_are_seen(qtmodeltester: ModelTester, tmp_path: Path, photos: Path) -> None:
    understanding = understand(photos)
    with Project.create(tmp_path / "long") as project:
        project.add(understanding, read(understanding))
        for number in range(205):
            project.set_class_colour("nut", f"#{number:06x}")
        model = HistoryModel()
        model.show_project(project)
        assert model.rowCount() == 207
        assert model.index(205, 0).data() == "Add 12 photos"
        qtmodeltester.check(model)


def test_times_are_as_short_as_they_are_clear() -> None:
    now = datetime(2026, 3, 2, 12, 0)
    assert when("2026-03-02T09:05:00", now) == "09:05"
    assert when("2026-02-28T09:05:00", now) == "28 February 09:05"
    assert when("2025-12-31T23:59:00", now) == "31 December 2025 23:59"
