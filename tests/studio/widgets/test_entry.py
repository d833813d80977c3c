"""An entry is a button that shows a title and a line, whole to whoever asks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.theme import colours
from studio.widgets.entry import EntryButton
from tests.studio.painting import grabbed, share_of


@pytest.fixture
def entry(qtbot: QtBot) -> EntryButton:
    made = EntryButton("folder", "Bolts and nuts", "~/projects/bolts, opened today")
    qtbot.addWidget(made)
    made.resize(300, made.sizeHint().height())
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def test_what_is_elided_can_be_read_and_heard_whole(entry: EntryButton) -> None:
    assert entry.toolTip() == "Bolts and nuts\n~/projects/bolts, opened today"
    assert entry.accessibleName() == "Bolts and nuts, ~/projects/bolts, opened today"
    assert EntryButton("folder", "Bolts").accessibleName() == "Bolts"


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, None])
def test_mouse_and_key_choose_it(entry: EntryButton, qtbot: QtBot, key: Qt.Key | None) -> None:
    with qtbot.waitSignal(entry.clicked):
        if key is None:
            QTest.mouseClick(entry, Qt.MouseButton.LeftButton)
        else:
            QTest.keyClick(entry, key)


def test_a_second_line_makes_room_for_itself(entry: EntryButton) -> None:
    more = entry.sizeHint().height() - EntryButton("folder", "Bolts").sizeHint().height()
    assert more == entry.fontMetrics().height()


def test_it_paints_its_words_and_shows_the_focus(entry: EntryButton) -> None:
    entry.clearFocus()
    calm = grabbed(entry)
    assert share_of(calm, QColor(colours().text)) > 0.005
    entry.setFocus()
    focused = grabbed(entry)
    accent = QColor(colours().accent)
    assert share_of(focused, accent) > share_of(calm, accent) + 0.01


def test_words_without_end_stay_inside(qtbot: QtBot) -> None:
    long = EntryButton("folder", "word " * 200)
    qtbot.addWidget(long)
    assert long.sizeHint().width() == EntryButton("folder", "x").sizeHint().width()
    long.resize(300, long.sizeHint().height())
    image = grabbed(long)
    assert share_of(image, QColor(colours().text), long.rect().adjusted(286, 4, -3, -4)) == 0.0
