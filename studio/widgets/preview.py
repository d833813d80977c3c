"""What a screen shows before there is a model: the shapes of what will appear, the way to get there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from studio.theme import SPACE, colours
from studio.widgets.basics import button, text

Shape = tuple[float, float, float, float, str]
"""Left, top, width and height as shares of the drawing, and the colour of the palette it has."""


def grid(left: float, top: float, width: float, height: float, side: int) -> list[Shape]:
    """Return a square of cells, those on the diagonal standing out."""
    return [
        (
            left + width * column / side,
            top + height * row / side,
            0.9 * width / side,
            0.9 * height / side,
            "accent" if row == column else "control",
        )
        for row in range(side)
        for column in range(side)
    ]


class _Drawing(QWidget):
    def __init__(self, shapes: Sequence[Shape]) -> None:
        super().__init__()
        self._shapes = shapes
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(300)

    @override
    def sizeHint(self) -> QSize:
        return QSize(560, 240)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        now = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setOpacity(0.3)
        width = min(self.width(), 640)
        left = (self.width() - width) / 2
        for x, y, w, h, tone in self._shapes:
            painter.setBrush(QColor(getattr(now, tone)))
            box = QRectF(left + x * width, y * self.height(), w * width, h * self.height())
            painter.drawRoundedRect(box, 4, 4)


class Preview(QWidget):
    """The dimmed shapes of a screen, a title, one line and the primary button."""

    def __init__(self, shapes: Sequence[Shape], title: str, line: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addStretch(1)
        column.addWidget(_Drawing(shapes), 6)
        column.addSpacing(SPACE)
        for words, role in ((title, "title"), (line, "muted")):
            label = text(words, role)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(SPACE)
        self._column = column
        column.addStretch(2)

    def offer(self, title: str, calls: Callable[[], object]) -> None:
        """Add the primary button."""
        made = button(title, calls, "primary")
        self._column.insertWidget(self._column.count() - 1, made, 0, Qt.AlignmentFlag.AlignHCenter)
