from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from studio.demo.person import GaveUp, Person, Stalls, settle


class Window(QMainWindow):
    """Takes drops, keys and a click, and remembers them."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.dropped: list[str] = []
        self.undone = 0
        self.clicked = 0
        self.field = QLineEdit()
        self.button = QPushButton("Press me")
        self.button.clicked.connect(self._count)
        content = QWidget()
        column = QVBoxLayout(content)
        column.addWidget(self.field)
        column.addWidget(self.button)
        self.setCentralWidget(content)
        QShortcut(QKeySequence("Ctrl+U"), self, self._undo)

    def _count(self) -> None:
        self.clicked += 1

    def _undo(self) -> None:
        self.undone += 1

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if all(url.toLocalFile().endswith(".png") for url in event.mimeData().urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped += [url.toLocalFile() for url in event.mimeData().urls()]


@pytest.fixture
def person(qtbot: QtBot, tmp_path: Path) -> Person:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    settle(window)
    return Person(window, tmp_path / "album")


def _window(person: Person) -> Window:
    assert isinstance(person.window, Window)
    return person.window


def test_a_drop_reaches_the_window_as_files(person: Person) -> None:
    person.drop([Path("/photos/one.png"), Path("/photos/two.png")])
    assert _window(person).dropped == ["/photos/one.png", "/photos/two.png"]


def test_a_drop_that_is_not_taken_is_noticed(person: Person) -> None:
    with pytest.raises(GaveUp, match="does not take"):
        person.drop([Path("/letter.doc")])
    assert _window(person).dropped == []


def test_keys_go_where_the_cursor_is_and_reach_shortcuts(person: Person) -> None:
    window = _window(person)
    window.field.setFocus()
    person.type("60s")
    assert window.field.text() == "60s"
    person.press("Ctrl+U")
    assert window.undone == 1


def test_a_click_waits_until_the_button_can_be_pressed(person: Person) -> None:
    person.click(_window(person).button)
    assert _window(person).clicked == 1


def test_waiting_ends_with_what_did_not_come(person: Person) -> None:
    with pytest.raises(GaveUp, match=r"Waited 0 s in vain for the moon\."):
        person.wait(lambda: False, 0.05, "the moon")


def test_a_look_leaves_a_picture_numbered_in_order(person: Person) -> None:
    assert person.look("first").name == "01-first.png"
    assert person.look("second").stat().st_size > 0
    assert [picture.name for picture in person.pictures] == ["01-first.png", "02-second.png"]


def test_a_stall_is_measured(person: Person) -> None:
    stalls = Stalls(person.window)
    person.wait(lambda: True, 1, "nothing")
    time.sleep(0.2)
    begin = time.monotonic()
    person.wait(lambda: time.monotonic() - begin > 0.1, 1, "a moment")
    assert stalls.longest_ms > 100
    stalls.restart()
    assert stalls.longest_ms == 0
