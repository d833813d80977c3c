"""A remark that belongs to a screen: it stays as long as it is true, so there is nothing to close."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton

from studio.icons import set_icon
from studio.theme import SPACE
from studio.widgets.basics import button, text

_LOOKS = {
    "info": ("info", "accent_text"),
    "good": ("check", "good"),
    "warning": ("warning", "warn"),
    "error": ("warning", "bad"),
}


class Note(QFrame):
    """An icon, a sentence and perhaps buttons; ``level`` is info, good, warning or error."""

    def __init__(self, level: str = "info", words: str = "") -> None:
        super().__init__()
        self._mark = QToolButton()
        self._mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = text()
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        self._line.setSpacing(SPACE)
        self._line.addWidget(self._mark)
        self._line.addWidget(self._words, 1)
        self.say(level, words)

    @property
    def words(self) -> str:
        """The sentence shown."""
        return self._words.text()

    def say(self, level: str, words: str) -> None:
        """Show another sentence."""
        icon, tone = _LOOKS[level]
        set_icon(self._mark, icon, tone)
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setProperty("bar", level)
        self.style().unpolish(self)
        self.style().polish(self)

    def offer(self, title: str, calls: Callable[[], object], kind: str = "") -> QPushButton:
        """Add a button and return it."""
        made = button(title, calls, kind)
        self._line.addWidget(made)
        return made
