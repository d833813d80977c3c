"""Text files on the screen: their words, and their beginning as a picture of a page for the grid."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

MOST = 100_000  # characters: a longer text would take long to lay out, and nobody reads on here
PAPER, INK = "#fbfbf8", "#33363d"
SHOWN = 1500  # characters: more than fit on a page
LINES, LEADING, SMALLEST = 11, 1.35, 6
MARGIN = 0.07


def words_of(path: str) -> str | None:
    """Return the text of a file, at most :data:`MOST` characters of it; None where it cannot be read."""
    from engine.errors import DataError
    from engine.modalities.text.decode import read_text

    try:
        return read_text(path)[:MOST]
    except DataError:
        return None


def page_image(path: str, side: int) -> QImage:
    """Return a page of ``side`` x ``side`` pixels with the beginning of a text, a null image where it cannot be read.

    For threads. It is drawn by Qt, whose fonts know every script that the screen does.
    """
    words = words_of(path)
    if words is None:
        return QImage()
    page = QImage(side, side, QImage.Format.Format_RGB32)
    page.fill(QColor(PAPER))
    painter = QPainter(page)
    font = QFont(painter.font())
    font.setPixelSize(max(SMALLEST, round(side * (1 - 2 * MARGIN) / LINES / LEADING)))
    painter.setFont(font)
    painter.setPen(QColor(INK))
    inner = QRectF(page.rect()).adjusted(MARGIN * side, MARGIN * side, -MARGIN * side, -MARGIN * side)
    painter.drawText(inner, int(Qt.TextFlag.TextWordWrap), " ".join(words[: 4 * SHOWN].split())[:SHOWN])
    painter.end()
    return page
