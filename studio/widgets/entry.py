"""A row that can be chosen: an icon, a title and a quiet second line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy
from typing_extensions import override

from studio.icons import pixmap
from studio.theme import SPACE, colours, theme

_ICON = 24


class EntryButton(QAbstractButton):
    """A wide button for lists of projects, samples and the like; long words elide and show whole in the tooltip."""

    def __init__(self, icon: str, title: str, line: str = "") -> None:
        super().__init__()
        self._icon = icon
        self._line = line
        self.setText(title)
        self.setAccessibleName(f"{title}, {line}" if line else title)
        self.setToolTip(f"{title}\n{line}" if line else title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        lines = 2 if self._line else 1
        return QSize(240, lines * self.fontMetrics().height() + 3 * SPACE)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(palette.accent), 2) if self.hasFocus() else QPen(QColor(palette.border), 1))
        painter.setBrush(QColor(palette.hover if self.underMouse() else palette.surface))
        painter.drawRoundedRect(box, 9, 9)
        side = _ICON
        top = round((self.height() - side) / 2)
        painter.drawPixmap(2 * SPACE, top, pixmap(self._icon, side, "accent_text", self.devicePixelRatioF()))
        left = 4 * SPACE + side
        width = self.width() - left - 2 * SPACE
        height = self.fontMetrics().height()
        first = (self.height() - (2 if self._line else 1) * height) / 2
        font = QFont(self.font())
        font.setBold(True)
        self._write(painter, font, palette.text, QRectF(left, first, width, height), self.text())
        if self._line:
            self._write(painter, self.font(), palette.muted, QRectF(left, first + height, width, height), self._line)

    def _write(self, painter: QPainter, font: QFont, tone: str, box: QRectF, words: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(tone))
        elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideMiddle, round(box.width()))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), elided)
