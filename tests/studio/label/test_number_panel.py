"""A number is typed as a label, in one notation everywhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from studio.label.number_panel import NumberPanel


@pytest.fixture
def panel(qtbot: QtBot) -> NumberPanel:
    made = NumberPanel()
    qtbot.addWidget(made)
    return made


def entered(panel: NumberPanel, words: str) -> None:
    panel.field.clear()
    QTest.keyClicks(panel.field, words)
    QTest.keyClick(panel.field, Qt.Key.Key_Return)


@pytest.mark.parametrize(("words", "value"), [("7.25", 7.25), ("-3", -3.0), ("1e3", 1000.0), ("0", 0.0)])
def test_enter_assigns_the_number(panel: NumberPanel, qtbot: QtBot, words: str, value: float) -> None:
    with qtbot.waitSignal(panel.assigned) as heard:
        entered(panel, words)
    assert heard.args == [value]


def test_enter_assigns_once(panel: NumberPanel) -> None:
    heard: list[float] = []
    panel.assigned.connect(heard.append)
    entered(panel, "4")
    assert heard == [4.0]


def test_the_button_assigns_as_well(panel: NumberPanel, qtbot: QtBot) -> None:
    panel.field.setText("2.5")
    with qtbot.waitSignal(panel.assigned) as heard:
        panel.findChildren(QPushButton)[0].click()
    assert heard.args == [2.5]


@pytest.mark.parametrize("words", ["", "-", "1e", "abc"])
def test_what_is_no_number_is_not_assigned(panel: NumberPanel, qtbot: QtBot, words: str) -> None:
    with qtbot.assertNotEmitted(panel.assigned):
        entered(panel, words)
        panel.findChildren(QPushButton)[0].click()


def test_the_persons_locale_does_not_move_the_point(qtbot: QtBot) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        panel = NumberPanel()
        qtbot.addWidget(panel)
        with qtbot.waitSignal(panel.assigned) as heard:
            entered(panel, "1.5")
    finally:
        QLocale.setDefault(before)
    assert heard.args == [1.5]


def test_the_rows_number_is_shown_in_full(panel: NumberPanel, qtbot: QtBot) -> None:
    panel.show_value("price", 1234567.25)
    assert panel.field.text() == "1234567.25"
    with qtbot.waitSignal(panel.assigned) as heard:  # unchanged, it stays what it was
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert heard.args == [1234567.25]
    panel.show_value("price", None)
    assert panel.field.text() == ""
    assert "price" in panel.field.accessibleName()


@pytest.mark.parametrize("words", ["1,234", "3,5", "1,234.5"])
def test_a_comma_is_not_guessed_at(panel: NumberPanel, qtbot: QtBot, words: str) -> None:
    panel.show()
    with qtbot.assertNotEmitted(panel.assigned):
        panel.field.setText(words)
        panel.findChildren(QPushButton)[0].click()
    qtbot.waitUntil(lambda: QToolTip.text() == "Write decimals behind a point, and no commas.")
    assert panel.field.selectedText() == words
