"""What keys are called, whatever the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from studio.keys.names import DIGIT_ROW, class_key_of, digit_of, key_of

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, scan: int = 0, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan, 0, 0, text)


@pytest.mark.parametrize("key", DIGIT_ROW)
def test_the_digit_row_is_called_as_it_is_written(key: str) -> None:
    assert digit_of(press(Qt.Key(ord(key)))) == key
    assert class_key_of(press(Qt.Key(ord(key)), SHIFT)) == key


def test_the_number_pad_works_too() -> None:
    assert digit_of(press(Qt.Key.Key_3, Qt.KeyboardModifier.KeypadModifier)) == "3"
    assert key_of(press(Qt.Key.Key_Plus, CONTROL | Qt.KeyboardModifier.KeypadModifier)) == "Ctrl++"


def test_with_shift_the_place_of_the_key_counts(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    assert digit_of(press(Qt.Key.Key_Exclam, SHIFT, scan=10)) == "1"
    assert digit_of(press(Qt.Key.Key_Underscore, SHIFT, scan=20)) == "-"


def test_on_a_keyboard_without_plain_digits_the_place_counts(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    assert class_key_of(press(Qt.Key.Key_Ampersand, NONE, scan=10)) == "1"


def test_letters_may_be_keys_of_classes_and_shortcuts_may_not(qapp: QApplication) -> None:
    assert class_key_of(press(Qt.Key.Key_Q)) == class_key_of(press(Qt.Key.Key_Q, SHIFT)) == "Q"
    assert class_key_of(press(Qt.Key.Key_F6)) == "F6"
    assert class_key_of(press(Qt.Key.Key_1, CONTROL)) == ""
    assert class_key_of(press(Qt.Key.Key_Shift, SHIFT)) == ""


def test_keys_of_commands_have_their_modifiers() -> None:
    assert key_of(press(Qt.Key.Key_Z, CONTROL | SHIFT)) == "Ctrl+Shift+Z"
    assert key_of(press(Qt.Key.Key_Right, SHIFT)) == "Shift+Right"
    assert key_of(press(Qt.Key.Key_Question, SHIFT, text="?")) == "?"
    assert key_of(press(Qt.Key.Key_Control, CONTROL)) == ""
