"""Bars of messages: few, never twice the same, with what can be done."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.widgets.message_bar import MessageArea


def test_only_the_newest_few_are_kept(qtbot: QtBot) -> None:
    area = MessageArea(kept=2)
    qtbot.addWidget(area)
    for number in range(4):
        area.show_message("info", f"message {number}")
    qtbot.waitUntil(lambda: [bar.words for bar in area.bars()] == ["message 3", "message 2"])


def test_the_same_words_are_shown_once(qtbot: QtBot) -> None:
    area = MessageArea()
    qtbot.addWidget(area)
    assert area.show_message("error", "No.") is area.show_message("error", "No.")


def test_an_offer_is_done_and_closes_the_bar(qtbot: QtBot) -> None:
    area = MessageArea()
    qtbot.addWidget(area)
    done: list[str] = []
    bar = area.show_message("warning", "Training stopped.").offer("Resume", lambda: done.append("resumed"))
    (button,) = bar.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["resumed"]
    qtbot.waitUntil(lambda: not area.bars())
    qtbot.waitUntil(area.isHidden)


def test_details_are_copied_as_a_report(qtbot: QtBot) -> None:
    area = MessageArea()
    qtbot.addWidget(area)
    bar = area.show_message("error", "Something unexpected happened.", details="line 1")
    (button,) = bar.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "line 1"


def test_words_shown_anew_are_not_on_a_bar_that_is_going(qtbot: QtBot) -> None:
    area = MessageArea()
    qtbot.addWidget(area)
    area.show_message("warning", "Training stopped.")
    area.clear()
    bar = area.show_message("warning", "Training stopped.").offer("Resume", lambda: None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert area.bars() == [bar]
