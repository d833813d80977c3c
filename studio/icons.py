"""Line icons, drawn as SVG in ``resources/icons`` and tinted with the colours shown now."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from resources.paths import RESOURCES
from studio.theme import colours, theme


def pixmap(name: str, side: int, tone: str = "text", ratio: float = 1.0) -> QPixmap:
    """Return the icon as a square of ``side`` logical pixels in a colour of the palette (``text``, ``accent`` …).

    Raises:
        FileNotFoundError: there is no icon of that name.
    """
    colour = getattr(colours(), tone)
    key, picture = f"icon {name} {side} {colour} {ratio}", QPixmap()
    if QPixmapCache.find(key, picture):
        return picture
    drawing = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    tinted = drawing.replace("currentColor", colour)
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(tinted.encode())).render(painter, QRectF(0, 0, side * ratio, side * ratio))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, picture)
    return picture


def icon(name: str, tone: str = "text", side: int = 20) -> QIcon:
    """Return the icon for a button, sharp on screens of any density."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, side, tone, ratio))
    return made


def set_icon(widget: QAbstractButton, name: str, tone: str = "text", side: int = 20) -> None:
    """Give a button an icon that follows light and dark."""
    widget.setIconSize(QSize(side, side))
    widget.setIcon(icon(name, tone, side))
    follower = _Follower(widget, name, tone, side)
    theme().changed.connect(follower.redraw)


class _Follower(QObject):
    """Redraws a button's icon when the colours change; lives as long as the button."""

    def __init__(self, widget: QAbstractButton, name: str, tone: str, side: int) -> None:
        for earlier in widget.findChildren(_Follower, options=Qt.FindChildOption.FindDirectChildrenOnly):
            earlier.deleteLater()
        super().__init__(widget)
        self._widget, self._name, self._tone, self._side = widget, name, tone, side

    def redraw(self) -> None:
        """Draw the icon in today's colours."""
        self._widget.setIcon(icon(self._name, self._tone, self._side))
