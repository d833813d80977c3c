"""Files dragged onto the window: what they are, and the veil that says they may be dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from studio.icons import pixmap
from studio.theme import SPACE, colours


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders of a drag, none for anything else (a web link, a picture from a browser)."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class DropVeil(QWidget):
    """Covers the window while files hover over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = "Drop to take it in"
        self.hide()

    def cover(self, words: str) -> None:
        """Show over the whole parent."""
        self.words = words
        self.resize(self._covered.size())
        self.raise_()
        self.show()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(palette.window)
        veil.setAlpha(244)
        painter.fillRect(self.rect(), veil)
        frame = QRectF(self.rect()).adjusted(2 * SPACE, 2 * SPACE, -2 * SPACE, -2 * SPACE)
        painter.setPen(QPen(QColor(palette.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, 14, 14)
        middle = frame.center()
        painter.drawPixmap(
            round(middle.x() - 28), round(middle.y() - 64), pixmap("drop", 56, "accent_text", self.devicePixelRatioF())
        )
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(palette.text))
        below = QRectF(frame.left() + 24, middle.y(), frame.width() - 48, frame.height() / 2)
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        painter.drawText(below, flags, self.words)
