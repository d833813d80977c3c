"""What painted widgets look like: pictures of widgets, and the colours in them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

CLOSE = 24  # how far each channel may be off: smoothing mixes a little


def grabbed(widget: QWidget) -> QImage:
    """Return the widget as it is painted now."""
    return widget.grab().toImage()


def share_of(image: QImage, colour: QColor, area: QRect | None = None) -> float:
    """Return the share of an area's pixels (logical ones) that have nearly this colour."""
    ratio = image.devicePixelRatio()
    box = area or QRect(0, 0, round(image.width() / ratio), round(image.height() / ratio))
    scaled = QRect(*(round(ratio * side) for side in (box.x(), box.y(), box.width(), box.height())))
    part = image.copy(scaled).convertToFormat(QImage.Format.Format_RGB888)
    lines = np.asarray(part.constBits(), np.uint8).reshape(part.height(), part.bytesPerLine())
    pixels = lines.take(range(3 * part.width()), axis=1).reshape(part.height(), part.width(), 3).astype(np.int16)
    wanted = (colour.red(), colour.green(), colour.blue())
    return float((np.abs(pixels - wanted) < CLOSE).all(axis=2).mean())


def plain(colour: QColor, width: int = 40, height: int = 40) -> QImage:
    """Return a picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image
