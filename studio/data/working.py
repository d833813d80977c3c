"""The progress of an import, and the way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from studio.theme import SPACE
from studio.widgets.basics import button, row, text


class Working(QWidget):
    """What is being done, how far it is. Emits ``cancelled``."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = text("", "title")
        self._line = text("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._bar.setFixedWidth(360)
        self._stop = button("Cancel", self._cancel)
        column = QVBoxLayout(self)
        column.setSpacing(2 * SPACE)
        column.addStretch(2)
        for label in (self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._title)
        column.addWidget(row(None, self._bar, None))
        column.addWidget(self._line)
        column.addWidget(row(None, self._stop, None))
        column.addStretch(3)

    def begin(self, words: str) -> None:
        """Show what begins now; how long it takes is not known yet."""
        self._title.setText(words)
        self._line.setText("")
        self._bar.setRange(0, 0)
        self._stop.setEnabled(True)
        self._stop.setText("Cancel")

    def show_progress(self, done: int, total: int) -> None:
        """Show how far it is."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._line.setText(f"{done:,} of {total:,}" if total else f"{done:,} so far")

    def _cancel(self) -> None:
        self._stop.setEnabled(False)
        self._stop.setText("Stopping…")
        self.cancelled.emit()
