"""The digit row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from studio.label.keys import BADGES, badge, class_of

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, scan: int = 0) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan, 0, 0, "")


@pytest.mark.parametrize(("number", "key"), list(enumerate(BADGES)))
def test_each_badge_is_the_key_that_assigns(number: int, key: str) -> None:
    assert class_of(press(Qt.Key(ord(key)))) == number
    assert badge(number) == key


def test_the_thirteenth_class_has_no_key() -> None:
    assert badge(12) == ""


def test_the_number_pad_works_too() -> None:
    assert class_of(press(Qt.Key.Key_3, Qt.KeyboardModifier.KeypadModifier)) == 2


def test_with_shift_the_place_of_the_key_counts(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    assert class_of(press(Qt.Key.Key_Exclam, SHIFT, scan=10)) == 0
    assert class_of(press(Qt.Key.Key_Underscore, SHIFT, scan=20)) == 10


def test_on_a_keyboard_without_plain_digits_the_place_counts(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    assert class_of(press(Qt.Key.Key_Ampersand, NONE, scan=10)) == 0


def test_shortcuts_and_letters_are_left_alone(qapp: QApplication) -> None:
    assert class_of(press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)) is None
    assert class_of(press(Qt.Key.Key_Q)) is None
