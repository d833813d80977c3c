"""Boxes over a picture, each in its class's colour with its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen

from labeling.annotations.model import Box
from studio.theme import class_colour, ink_on

_LINE = 2.0
_HANDLE = 7.0
_ROOM = 4 * _HANDLE
_AROUND = 4.0  # of a name, in pixels
_HALO = QColor(0, 0, 0, 140)


@dataclass(frozen=True)
class Boxes:
    """What is drawn: boxes in pixels of a picture of this ``size``, and the number of each class's colour."""

    boxes: Sequence[Box]
    size: QSizeF
    colours: Mapping[str, int]

    def within(self, box: Box, place: QRectF) -> QRectF:
        """Return where a box lies on a screen that shows the picture at ``place``."""
        across, down = place.width() / self.size.width(), place.height() / self.size.height()
        corner = QPointF(place.x() + box.x * across, place.y() + box.y * down)
        return QRectF(corner, QSizeF(box.width * across, box.height * down))

    def paint(self, painter: QPainter, place: QRectF, chosen: int | None = None) -> None:
        """Draw all boxes over the picture at ``place``, names above lines, and handles on the ``chosen`` one."""
        for box in self.boxes:
            frame, colour = self.within(box, place), class_colour(self.colours.get(box.label, 0))
            painter.setBrush(QColor(0, 0, 0, 0))
            for pen in (QPen(_HALO, _LINE + 2), QPen(colour, _LINE)):
                painter.setPen(pen)
                painter.drawRect(frame)
        for box in self.boxes:
            self._paint_name(painter, box, self.within(box, place))
        if chosen is not None:
            self._paint_handles(painter, self.within(self.boxes[chosen], place))

    def _paint_handles(self, painter: QPainter, frame: QRectF) -> None:
        if min(frame.width(), frame.height()) < _ROOM:  # handles would hide it: a frame around says the same
            painter.setBrush(QColor(0, 0, 0, 0))
            for pen in (QPen(_HALO, 4), QPen(QColor("#ffffff"), 2)):
                painter.setPen(pen)
                painter.drawRect(frame.adjusted(-4, -4, 4, 4))
            return
        painter.setPen(QPen(QColor("#000000"), 1.0))
        painter.setBrush(QColor("#ffffff"))
        middles = ((frame.center().x(), y) for y in (frame.top(), frame.bottom()))
        sides = ((x, frame.center().y()) for x in (frame.left(), frame.right()))
        corners = ((x, y) for x in (frame.left(), frame.right()) for y in (frame.top(), frame.bottom()))
        for x, y in (*corners, *middles, *sides):
            painter.drawRect(QRectF(x - _HANDLE / 2, y - _HANDLE / 2, _HANDLE, _HANDLE))

    def _paint_name(self, painter: QPainter, box: Box, frame: QRectF) -> None:
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(box.label) + 2 * _AROUND, float(metrics.height())
        if frame.width() < width or frame.height() < 2 * height:
            return  # it would hide what it names; the colour tells
        colour = class_colour(self.colours.get(box.label, 0))
        badge = QRectF(frame.topLeft(), QSizeF(width, height))
        painter.fillRect(badge, colour)
        painter.setPen(ink_on(colour))
        painter.drawText(badge.translated(_AROUND, 0), box.label)
