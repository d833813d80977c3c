"""The bar at the bottom that always says the one best thing to do now."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.theme import SPACE
from studio.widgets.basics import button, text


class NextStepBar(QFrame):
    """A sentence and the button that does it. Emits ``wanted`` with the id of an action."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("next-step")
        self.setAccessibleName("Next step")
        line = QHBoxLayout(self)
        line.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        line.setSpacing(2 * SPACE)
        self.words = text()
        self.button = button("", lambda: self.wanted.emit(self._action), "primary")
        self._action = ""
        line.addWidget(self.words, 1)
        line.addWidget(self.button)
        self.setMinimumHeight(52)
        self.button.hide()

    def show_step(self, words: str, action: str, title: str) -> None:
        """Show a sentence; an empty ``action`` shows no button."""
        self._action = action
        self.words.setText(words)
        self.button.setText(title)
        self.button.setVisible(bool(action))
