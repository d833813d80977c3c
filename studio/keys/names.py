"""What a key press is called, the same on every keyboard.

With Shift held, the digit row types other characters on most keyboards (``!`` on QWERTY) and without it digits are not
what the row types on some (AZERTY). So the place of the key counts, where the system tells it.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

DIGIT_ROW = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=")
_DIGITS = {Qt.Key(ord(key)): key for key in DIGIT_ROW}
_TOP_LEFT = {"xcb": 10, "wayland": 10, "windows": 2}
_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_FOREIGN = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier)
MODIFIERS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_unknown,
)


def digit_of(event: QKeyEvent) -> str:
    """Return which key of the digit row was pressed, with or without Shift; empty for any other key."""
    if any(event.modifiers() & modifier for modifier in _FOREIGN):
        return ""
    direct = _DIGITS.get(Qt.Key(event.key()))
    if direct is not None:
        return direct
    platform = "windows" if sys.platform == "win32" else QGuiApplication.platformName()
    first = _TOP_LEFT.get(platform)
    if first is None or event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
        return ""
    place = event.nativeScanCode() - first
    return DIGIT_ROW[place] if 0 <= place < len(DIGIT_ROW) else ""


def class_key_of(event: QKeyEvent) -> str:
    """Return the key that may assign a class, whether or not Shift is held; empty for keys that cannot."""
    if event.key() in MODIFIERS or any(event.modifiers() & modifier for modifier in _FOREIGN):
        return ""
    return digit_of(event) or _named(event, _NONE)


def key_of(event: QKeyEvent) -> str:
    """Return a key press as a command's keys are written (``Ctrl+Shift+Z``); empty for a modifier alone."""
    if event.key() in MODIFIERS:
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    written = event.text()
    if len(written) == 1 and written.isprintable() and not written.isalnum() and written != " ":
        modifiers &= ~_SHIFT  # “?” is called so, with whichever keys it is typed
    return _named(event, modifiers)


def shown(key: str) -> str:
    """Return a key as the person's system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _named(event: QKeyEvent, modifiers: Qt.KeyboardModifier) -> str:
    combination = QKeyCombination(modifiers, Qt.Key(event.key()))
    return QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)
