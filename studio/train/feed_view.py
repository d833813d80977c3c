"""The sentences of a run, newest on top, each with the clock at which it was said."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from studio import wording
from studio.theme import SPACE
from studio.train.feed import Sentence
from studio.widgets.basics import text

MOST = 40


class FeedView(QScrollArea):
    """Shows the newest :data:`MOST` sentences."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[Sentence] = []
        self.setWidgetResizable(True)
        self.setMinimumSize(200, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What happened so far, newest first")

    def show_sentences(self, sentences: list[Sentence]) -> None:
        """Show these sentences, the last on top."""
        newest = sentences[-MOST:]
        if newest == self._shown:
            return
        self._shown = newest
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, SPACE, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        for line, sentence in enumerate(reversed(newest)):
            clock = text(wording.duration(sentence.active_s), "muted")
            clock.setWordWrap(False)
            grid.addWidget(clock, line, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            grid.addWidget(text(sentence.text), line, 1, Qt.AlignmentFlag.AlignTop)
        grid.setRowStretch(grid.rowCount(), 1)
        self.setWidget(inside)
        self.setAccessibleDescription("\n".join(sentence.text for sentence in reversed(newest)))
