"""Below the sample: what is suggested for it, how sure that is, and the button that accepts it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget
from typing_extensions import override

from labeling.suggest.model import Suggestion
from studio.finding.wanted import DOUBTFUL
from studio.label.confirm.model import percent, said
from studio.theme import SPACE, class_colour, colours, theme
from studio.widgets.basics import button, text


class _Dot(QWidget):
    """A disc in the colour of a class."""

    def __init__(self) -> None:
        super().__init__()
        self.number: int | None = None
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(12, 12)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours().control))
        painter.setBrush(class_colour(self.number) if self.number is not None else QColor(colours().surface))
        painter.drawEllipse(QRectF(1, (self.height() - 10) / 2, 10, 10))


class SuggestionBar(QFrame):
    """Emits ``accepted`` when the suggestion is to become the label."""

    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._dot = _Dot()
        self._dot.setFixedWidth(12)
        self.words = text()
        self.accept = button("Accept", self.accepted.emit)
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * SPACE, SPACE // 2, SPACE, SPACE // 2)
        line.setSpacing(SPACE)
        line.addWidget(self._dot)
        line.addWidget(self.words, 1)
        line.addWidget(self.accept)

    def show_suggestion(self, suggestion: Suggestion | None, numbers: dict[str, int], key: str, labelled: bool) -> None:
        """Show a suggestion; ``numbers`` are those of the classes' colours, ``key`` is what accepts it."""
        self.accept.setVisible(suggestion is not None)
        self._dot.setVisible(suggestion is not None)
        if suggestion is None:
            words = "It has a label already." if labelled else "No suggestion for this one yet."
            self.words.setText(words)
            return
        name = next(iter(suggestion.names), "")
        self._dot.number = numbers.get(name)
        self._dot.update()
        value = said(suggestion.number if suggestion.number is not None else suggestion.names)
        doubtful = " – doubtful, look twice" if suggestion.doubt >= DOUBTFUL else ""
        self.words.setText(f"Suggested: {value}, {percent(suggestion.chance)} sure{doubtful}")
        self.accept.setText(f"Accept ({key})" if key else "Accept")
