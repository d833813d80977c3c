"""A sentence in the window, with what the person can do about it. Never a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from studio.icons import set_icon
from studio.theme import SPACE
from studio.widgets.basics import button, text

_ICONS = {"info": "info", "good": "check", "warning": "warning", "error": "warning"}


class MessageBar(QFrame):
    """One message: an icon, its words, buttons, and a way to close it."""

    def __init__(self, level: str, words: str, parent: QWidget | None = None, closable: bool = True) -> None:
        super().__init__(parent)
        self.level = level if level in _ICONS else "info"
        self.words = words
        self.setProperty("bar", self.level)
        self.setAccessibleName(words)
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        line.setSpacing(SPACE)
        mark = QToolButton()
        mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_icon(mark, _ICONS[self.level], self._tone())
        line.addWidget(mark)
        label = text(words)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.addWidget(label, 1)
        self._line = line
        self._closable = closable
        if closable:
            line.addWidget(self._closer())

    def _closer(self) -> QToolButton:
        close = QToolButton()
        close.setAccessibleName("Close this message")
        close.setToolTip("Close")
        close.setMinimumSize(28, 28)
        set_icon(close, "close", "text")
        close.clicked.connect(self.deleteLater)
        return close

    def offer(self, title: str, calls: Callable[[], object], closes: bool = True) -> MessageBar:
        """Add a button and return the bar."""
        made = button(title, calls)
        if closes:
            made.clicked.connect(self.deleteLater)
        self._line.insertWidget(self._line.count() - (1 if self._closable else 0), made)
        return self

    def _tone(self) -> str:
        return {"good": "good", "warning": "warn", "error": "bad"}.get(self.level, "accent_text")


class MessageArea(QWidget):
    """Holds the bars, newest first; a sentence already shown is not shown twice, and few are kept."""

    def __init__(self, kept: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)
        self.hide()

    def bars(self) -> list[MessageBar]:
        """Return the bars shown, newest first."""
        return self.findChildren(MessageBar, options=Qt.FindChildOption.FindDirectChildrenOnly)[::-1]

    def show_message(self, level: str, words: str, details: str = "") -> MessageBar:
        """Show a sentence and return its bar; ``details`` can be copied as a report."""
        for bar in self.bars():
            if bar.words == words:
                return bar
        for old in self.bars()[self._kept - 1 :]:
            old.deleteLater()
        made = MessageBar(level, words, self)
        if details:
            made.offer("Copy report", lambda: QGuiApplication.clipboard().setText(details), closes=False)
        made.destroyed.connect(self._settle)
        self._column.insertWidget(0, made)
        self.show()
        return made

    def _settle(self) -> None:
        if isValid(self):
            self.setVisible(bool(self.bars()))

    def clear(self) -> None:
        """Take all bars away."""
        for bar in self.bars():
            bar.hide()
            bar.setParent(None)  # at once: the same words shown next must not be found on a bar that is going
            bar.deleteLater()
        self.hide()
