"""Choosing a colour for a class: those that colour-blind people can tell apart first, any other after."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QDialog, QGridLayout, QToolButton, QVBoxLayout, QWidget

from studio.theme import SPACE, colours, default_class_colour
from studio.widgets.basics import button, row, text

_COLUMNS = 8
_SHOWN = 24
_SIDE = 28
NAMES = ("blue", "vermilion", "green", "pink", "yellow", "sky blue", "purple", "grey")
_SHADES = ("", "light ", "dark ")


class ColourChoice(QDialog):
    """Emits ``chosen`` with ``#rrggbb``, or with nothing for the usual colour. Tab walks, Esc leaves."""

    chosen = Signal(str)

    def __init__(self, name: str, now: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Colour of “{name}”")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._now = now
        self.swatches = [self._swatch(number) for number in range(_SHOWN)]
        grid = QGridLayout()
        grid.setSpacing(SPACE // 2)
        for number, swatch in enumerate(self.swatches):
            grid.addWidget(swatch, number // _COLUMNS, number % _COLUMNS)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(text(self.windowTitle(), "heading"))
        column.addLayout(grid)
        column.addWidget(text("Colours of the first row differ for colour-blind people too.", "muted"))
        column.addWidget(
            row(
                button("Any colour…", self._any),
                button("Usual colour", lambda: self._take("")),
                None,
                button("Cancel", self.reject),
            )
        )

    def _swatch(self, number: int) -> QToolButton:
        colour = default_class_colour(number)
        shade, place = divmod(number, len(colours().classes))
        made = QToolButton()
        made.setIcon(QIcon(_drawn(colour, colour.name() == self._now)))
        made.setIconSize(QSize(_SIDE, _SIDE))
        made.setFixedSize(_SIDE + 12, _SIDE + 12)
        made.setAccessibleName(_SHADES[shade] + NAMES[place])
        made.setToolTip(made.accessibleName().capitalize())
        made.clicked.connect(lambda _checked=False: self._take(colour.name()))
        return made

    def _any(self) -> None:
        picked = QColorDialog.getColor(QColor(self._now or colours().accent), self, self.windowTitle())
        if picked.isValid():
            self._take(picked.name())

    def _take(self, colour: str) -> None:
        self.accept()
        self.chosen.emit(colour)


def _drawn(colour: QColor, ringed: bool) -> QPixmap:
    picture = QPixmap(2 * _SIDE, 2 * _SIDE)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(0, 0, _SIDE, _SIDE, 6, 6)
    if ringed:
        painter.setBrush(QColor(colours().surface))
        painter.drawEllipse(_SIDE // 2 - 4, _SIDE // 2 - 4, 8, 8)
    painter.end()
    return picture
