"""What a screen shows before there is anything: a title, one line, one button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.icons import pixmap
from studio.theme import SPACE, theme
from studio.widgets.basics import button, text


class EmptyState(QWidget):
    """A centred picture, title, line and buttons. The first button is the primary one."""

    def __init__(self, icon: str, title: str, line: str = "") -> None:
        super().__init__()
        self._icon = icon
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(SPACE)
        column.addStretch(2)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = text(title, "title")
        self._line = text(line, "muted")
        column.addWidget(self._picture)
        column.addSpacing(SPACE)
        for label in (self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(SPACE)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE)
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)
        column.addStretch(3)
        theme().changed.connect(self._redraw)
        self._redraw()

    def offer(self, title: str, calls: Callable[[], object]) -> QPushButton:
        """Add a button and return it; the first one is the primary one."""
        kind = "primary" if self._buttons.count() == 2 else ""
        made = button(title, calls, kind)
        self._buttons.insertWidget(self._buttons.count() - 1, made)
        return made

    def _redraw(self) -> None:
        self._picture.setPixmap(pixmap(self._icon, 56, "accent_text", self.devicePixelRatioF()))
