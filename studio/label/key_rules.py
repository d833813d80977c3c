"""Keys that belong to what has the focus, not to the screen: arrows in the tiles, Enter on a line or a button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QLineEdit, QWidget

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_WALKS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
)  # fmt: skip


def is_for_focus(event: QKeyEvent, focus: QWidget | None, tiles: QWidget) -> bool:
    """Tell whether a key means what has the focus; ``tiles`` is the confirm grid."""
    if focus is tiles or isinstance(focus, QAbstractSlider):
        return event.key() in _WALKS
    if isinstance(focus, QAbstractButton) and event.key() == Qt.Key.Key_Space:
        return True
    on_a_line = isinstance(focus, QAbstractItemView) and focus.currentIndex().isValid()
    return event.key() in _ENTER and (on_a_line or isinstance(focus, QLineEdit | QAbstractButton))
