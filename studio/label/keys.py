"""Which class a key of the digit row assigns.

With Shift held, the digit row types other characters on most keyboards (``!`` on QWERTY) and without it digits are not
what the row types on some (AZERTY). So the place of the key counts, where the system tells it.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

BADGES = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=")
_KEYS = {Qt.Key(ord(badge)): number for number, badge in enumerate(BADGES)}
_TOP_LEFT = {"xcb": 10, "wayland": 10, "windows": 2}
_FOREIGN = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier)


def badge(number: int) -> str:
    """Return the key written beside the class at ``number``, nothing past the twelfth."""
    return BADGES[number] if number < len(BADGES) else ""


def class_of(event: QKeyEvent) -> int | None:
    """Return the number of the class that a key press assigns, None for any other key."""
    if any(event.modifiers() & modifier for modifier in _FOREIGN):
        return None
    direct = _KEYS.get(Qt.Key(event.key()))
    if direct is not None:
        return direct
    platform = "windows" if sys.platform == "win32" else QGuiApplication.platformName()
    first = _TOP_LEFT.get(platform)
    if first is None or event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
        return None
    place = event.nativeScanCode() - first
    return place if 0 <= place < len(BADGES) else None
