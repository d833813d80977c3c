"""The window as a person meets it: rail, keys, drops, messages, and leaving nothing behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from engine.run.tail import EventTail
from engine.worker.handle import attach
from labeling.importing import read, understand
from labeling.project import Project
from studio.actions import SCREENS, find
from studio.command_palette import CommandPalette
from studio.data.screen import DataScreen
from studio.keys.keymap import keymap
from studio.keys.overlay import KeyOverlay
from studio.theme import colours
from studio.train.choices import Choices
from studio.train.curve_view import CurveView
from studio.window import MainWindow
from tests.studio.questions import answering

COPY, LEFT, PLAIN = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drag(window: MainWindow, *paths: Path) -> bool:
    """Hover with files over the window; True when it would take them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDragEnterEvent(QPoint(400, 300), COPY, mime, LEFT, PLAIN)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window: MainWindow, *paths: Path) -> None:
    """Drag files over the window and drop them."""
    assert drag(window, *paths)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), COPY, mime, LEFT, PLAIN))


def data_screen(window: MainWindow) -> DataScreen:
    screen = window.page("data")
    assert isinstance(screen, DataScreen)
    return screen


def test_files_may_be_dropped_anywhere_and_text_may_not(window: MainWindow, photos: Path) -> None:
    assert drag(window, photos)
    QApplication.sendEvent(window, QDragLeaveEvent())
    mime = QMimeData()
    mime.setText("just words")
    event = QDragEnterEvent(QPoint(400, 300), COPY, mime, LEFT, PLAIN)
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_a_dropped_folder_becomes_a_project(window: MainWindow, photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    drop(window, photos)
    screen = data_screen(window)
    qtbot.waitUntil(screen.sheet.isVisible)
    assert "sort photos into bolt / nut / washer" in screen.sheet.sentence.accessibleName()
    assert window.session.project is None
    QTest.mouseClick(screen.sheet.take, LEFT)
    qtbot.waitUntil(lambda: len(screen.browser.listing) == 12)
    project = window.session.project
    assert project is not None
    assert project.path == tmp_path / "projects" / photos.name
    assert window.windowTitle().startswith(photos.name)


def test_refusing_takes_nothing_in(window: MainWindow, photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    drop(window, photos)
    screen = data_screen(window)
    qtbot.waitUntil(screen.sheet.isVisible)
    QTest.mouseClick(screen.sheet.leave, LEFT)
    qtbot.waitUntil(screen.home.isVisible)
    assert window.session.project is None
    assert not (tmp_path / "projects").exists()


def test_what_cannot_be_used_is_said_in_a_bar_and_nothing_changes(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    empty = tmp_path / "nothing here"
    empty.mkdir()
    drop(window, empty)
    qtbot.waitUntil(lambda: bool(window.messages.bars()))
    assert window.messages.bars()[0].level == "error"
    qtbot.waitUntil(data_screen(window).home.isVisible)
    assert window.session.project is None


def test_a_dropped_project_is_opened(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    Project.create(tmp_path / "mine").close()
    drop(window, tmp_path / "mine")
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert window.windowTitle().startswith("mine")


@pytest.mark.parametrize("number", range(1, 3))
def test_control_and_a_number_shows_a_screen(window: MainWindow, qtbot: QtBot, number: int) -> None:
    QTest.keyClick(window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
    screen_id = SCREENS[number - 1][0]
    assert window.shown == screen_id
    assert window.rail.buttons[screen_id].isChecked()


def test_the_rail_shows_a_screen(window: MainWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(window.rail.buttons["label"], LEFT)
    assert window.shown == "label"


def test_a_question_mark_lists_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.go("label")
    QTest.keyClick(window, Qt.Key.Key_Question)
    overlay = window.findChild(KeyOverlay)
    assert isinstance(overlay, KeyOverlay)
    assert overlay.windowTitle() == "Keys: Label"
    overlay.close()


def test_the_palette_finds_and_does(window: MainWindow, qtbot: QtBot) -> None:
    window.trigger("window.palette")
    palette = window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    QTest.keyClicks(palette.search, "dark")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert colours().dark
    window.trigger("window.theme_light")
    assert not colours().dark


def test_a_message_is_shown_once_and_can_be_closed(window: MainWindow, qtbot: QtBot) -> None:
    window.session.message.emit("warning", "The folder isn't connected. Your labels are safe.")
    window.session.message.emit("warning", "The folder isn't connected. Your labels are safe.")
    (bar,) = window.messages.bars()
    bar.deleteLater()
    qtbot.waitUntil(lambda: not window.messages.bars())


def test_everything_that_takes_the_focus_has_a_name(window: MainWindow, photos: Path, qtbot: QtBot) -> None:
    drop(window, photos)
    screen = data_screen(window)
    qtbot.waitUntil(screen.sheet.isVisible)
    screen.intake.accept()
    qtbot.waitUntil(lambda: len(screen.browser.listing) == 12)
    for screen_id in ("data", "label"):
        window.go(screen_id)
        nameless = [widget for widget in window.findChildren(QWidget) if _needs_name(widget)]
        assert nameless == []


def test_buttons_are_large_enough(window: MainWindow) -> None:
    small = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and min(b.width(), b.height()) < 24]
    assert small == []


def test_the_window_fits_a_small_screen_with_large_letters(window: MainWindow, qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.font()
    larger = application.font()
    larger.setPointSizeF(before.pointSizeF() * 2)
    application.setFont(larger)
    try:
        window.resize(900, 600)
        qtbot.wait(50)
        assert window.width() <= 1100
        assert window.next_step.isVisible()
    finally:
        application.setFont(before)


def test_closing_leaves_no_thread(window: MainWindow, photos: Path, qtbot: QtBot) -> None:
    drop(window, photos)
    screen = data_screen(window)
    qtbot.waitUntil(screen.sheet.isVisible)
    screen.intake.accept()
    window.close()
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("studio", "pictures"))]
    assert left == []
    assert window.session.project is None


def _needs_name(widget: QWidget) -> bool:
    if not widget.isVisible() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return False
    if isinstance(widget.parentWidget(), (QComboBox,)) or isinstance(widget, QComboBox | QLineEdit):
        return not widget.accessibleName() and not isinstance(widget.parentWidget(), QComboBox)
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return not (widget.accessibleName() or text)


def test_plots_are_ready_before_they_are_needed(window: MainWindow, qtbot: QtBot) -> None:
    window.warm_up(None)
    train, results = window.page("train"), window.page("results")
    qtbot.waitUntil(lambda: all(page.findChildren(CurveView) for page in (train, results)))
    assert window.shown == "data"


def test_tips_tell_the_keys_as_they_are_now(window: MainWindow) -> None:
    assert window.rail.buttons["train"].toolTip().endswith("(Ctrl+3)")
    keymap().choose(find("go.train"), ("F6",))
    assert window.rail.buttons["train"].toolTip().endswith("(F6)")
    keymap().choose(find("go.train"), ())
    assert "(" not in window.rail.buttons["train"].toolTip()


@pytest.mark.slow
def test_what_is_kept_training_is_not_left_paused(
    window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    understanding = understand(table)
    with Project.create(tmp_path / "mine") as made:
        made.add(understanding, read(understanding))
    session, types = window.session, list[str]()
    session.run_event.connect(lambda event: types.append(event.type))
    assert session.open_project(tmp_path / "mine")
    session.start_run(60.0, Choices(device="cpu"))
    qtbot.waitUntil(lambda: "point" in types)
    session.send("pause")
    qtbot.waitUntil(lambda: "paused" in types)
    run = session.run
    assert run is not None
    worker = attach(run.path)
    assert worker is not None
    try:
        with answering("Keep training"):
            assert window.close()
        qtbot.waitUntil(lambda: "resumed" in [event.type for event in EventTail(run.events_path).poll()])
    finally:
        worker.kill()
