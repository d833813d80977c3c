"""Labels leave the window in the format of another tool, and what is lost is said first."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.data.label_export import LabelExport
from studio.data.screen import DataScreen
from studio.window import MainWindow


@pytest.fixture
def screen(window: MainWindow, photos: Path, qtbot: QtBot) -> DataScreen:
    made = window.page("data")
    assert isinstance(made, DataScreen)
    made.drop([photos])
    qtbot.waitUntil(made.sheet.isVisible)
    made.intake.accept()
    qtbot.waitUntil(lambda: len(made.browser.listing) == 12 and not made.intake.busy)
    return made


def opened(screen: DataScreen, qtbot: QtBot) -> LabelExport:
    screen.setFocus()
    QTest.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = screen.findChild(LabelExport)
    assert isinstance(dialog, LabelExport)
    qtbot.waitUntil(dialog.go.isEnabled)
    return dialog


def test_losses_are_said_and_what_cannot_be_written_is_not_offered(screen: DataScreen, qtbot: QtBot) -> None:
    dialog = opened(screen, qtbot)
    titles = [dialog.formats.itemText(at) for at in range(dialog.formats.count())]
    assert titles[0] == "JSON lines"
    assert "Folders of classes" in titles
    assert "fastText" not in titles
    assert dialog.said.text() == "JSON lines can hold all of these labels."
    dialog.formats.setCurrentText("COCO")
    qtbot.waitUntil(lambda: "COCO can hold none of these labels" in dialog.said.text())
    assert not dialog.go.isEnabled()
    dialog.reject()


def test_labels_are_written(window: MainWindow, screen: DataScreen, photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = opened(screen, qtbot)
    dialog.formats.setCurrentText("Folders of classes")
    qtbot.waitUntil(dialog.go.isEnabled)
    assert "copied along" in dialog.said.text()
    dialog.write(tmp_path)
    out = tmp_path / "labels folders"
    qtbot.waitUntil(lambda: bool(window.messages.bars()))
    assert window.messages.bars()[-1].words == f"The labels are in {out}."
    assert sorted(path.name for path in out.iterdir()) == ["bolt", "nut", "washer"]
    assert (out / "nut" / "nut 2.png").read_bytes() == (photos / "nut" / "nut 2.png").read_bytes()


def test_a_place_that_cannot_be_written_is_said(
    window: MainWindow, screen: DataScreen, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "a file").touch()
    opened(screen, qtbot).write(tmp_path / "a file")
    qtbot.waitUntil(lambda: bool(window.messages.bars()))
    assert "could not be written" in window.messages.bars()[-1].words


def test_an_export_can_be_stopped_and_leaves_nothing(
    window: MainWindow, screen: DataScreen, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, going_on = threading.Event(), threading.Event()

    def slow(source: Path, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes())
        begun.set()
        going_on.wait(10)

    monkeypatch.setattr("shutil.copyfile", slow)
    dialog = opened(screen, qtbot)
    dialog.formats.setCurrentText("Folders of classes")
    qtbot.waitUntil(dialog.go.isEnabled)
    out = tmp_path / "labels folders"
    dialog.write(tmp_path)
    qtbot.waitUntil(begun.is_set)
    assert out.exists()
    QTest.mouseClick(dialog.leave, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert not dialog.leave.isEnabled()
    going_on.set()
    qtbot.waitUntil(lambda: bool(window.messages.bars()))
    assert window.messages.bars()[-1].words == "The export was stopped. Nothing of it was kept."
    assert not out.exists()
    assert not dialog.isVisible()


def test_a_dialog_that_was_closed_keeps_no_labels(screen: DataScreen, qtbot: QtBot) -> None:
    dialog = opened(screen, qtbot)
    assert dialog._found is not None
    dialog.reject()
    assert dialog._found is None and dialog._held is None
    dialog._show_losses()
    assert dialog._held is None
