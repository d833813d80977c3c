"""The tiles of the confirm grid: a suggestion is outlined in its class's colour, a label filled with it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyleOptionViewItem
from typing_extensions import override

from studio.data.grid import Grid, TileDelegate
from studio.data.grid_model import PIXMAP, Index
from studio.label.confirm.model import STANDING, ConfirmModel, Standing, percent
from studio.theme import SPACE, class_colour, colours, ink_on

_RING = 3.0
_MARGIN = 6  # below a tile's class


class ConfirmTile(TileDelegate):
    """Paints a picture or a row's values, and below it the class: filled when given, outlined when suggested."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        standing = index.data(STANDING)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = option.rect.adjusted(4, 4, -4, -4)
        caption = option.fontMetrics.height() + SPACE
        square = QRectF(box.left(), box.top(), box.width(), box.height() - caption - 4)
        if standing.words:
            self._values(painter, option, standing.words, square)
        else:
            self._picture(painter, index.data(PIXMAP), square)
        self._frame(painter, option, index, square)
        self._chip(painter, option, standing, QRect(box.left(), round(square.bottom()) + 4, box.width(), caption))
        painter.restore()

    def _values(self, painter: QPainter, option: QStyleOptionViewItem, words: str, square: QRectF) -> None:
        palette = colours()
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(square, 8, 8)
        painter.setPen(QColor(palette.text))
        inner = square.adjusted(SPACE, SPACE, -SPACE, -SPACE)
        painter.setClipRect(inner)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), words)
        painter.setClipping(False)

    def _frame(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, square: QRectF) -> None:
        palette = colours()
        state, view = option.state, self.parent()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(palette.accent), _RING))
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 8, 8)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(palette.control), 1.5))
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 8, 8)
        if isinstance(view, QListView) and view.hasFocus() and view.currentIndex().row() == index.row():
            pen = QPen(QColor(palette.text), 1.5, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawRoundedRect(square.adjusted(4, 4, -4, -4), 6, 6)

    def _chip(self, painter: QPainter, option: QStyleOptionViewItem, standing: Standing, line: QRect) -> None:
        palette = colours()
        name = standing.label or standing.suggested
        box = QRectF(line).adjusted(0.75, 0.75, -0.75, -0.75)
        if name:
            number = self.class_index.get(standing.first)
            colour = class_colour(number) if number is not None else QColor(palette.muted)
            painter.setPen(QPen(colour, 1.5))
            painter.setBrush(colour if standing.label else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 5, 5)
            if standing.skipped and not standing.label:
                name = f"skipped · {name}"
        ink = ink_on(colour) if standing.label else QColor(palette.text if name else palette.muted)
        painter.setPen(ink)
        right = f"{percent(standing.chance)}" if standing.suggested and not standing.label else ""
        width = option.fontMetrics.horizontalAdvance(right)
        inner = line.adjusted(SPACE, 0, -SPACE, 0)
        mark = "✓ " if standing.label else ""
        words = f"{mark}{' '.join(name.split())}" if name else standing.said
        elided = option.fontMetrics.elidedText(
            words, Qt.TextElideMode.ElideRight, inner.width() - width - (SPACE if right else 0)
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)


class ConfirmGrid(Grid):
    """The tiles; many can be selected with the mouse, Shift, Ctrl and the arrow keys."""

    wanted_width = 128

    def __init__(self, model: ConfirmModel) -> None:
        super().__init__(model)
        self.tiles = ConfirmTile(self)
        self.setItemDelegate(self.tiles)
        self.setAccessibleName("Samples to confirm")

    def chosen_places(self) -> list[int]:
        """Return the places selected, in order; without a selection the current one, if there is one."""
        chosen = self.selectionModel().selection()
        parts = [chosen.at(number) for number in range(chosen.count())]
        places = {place for part in parts for place in range(part.top(), part.bottom() + 1)}
        if not places and self.currentIndex().isValid():
            places = {self.currentIndex().row()}
        return sorted(places)

    def places_in_sight(self) -> range:
        """Return the places whose class can be read, and at least half of whose picture is seen."""
        view, size = self.viewport(), self.gridSize()
        columns = max(1, view.width() // max(1, size.width()))
        top = self.verticalOffset()
        first = (top + size.height() // 2) // size.height() * columns
        last = (top + view.height() + _MARGIN) // size.height() * columns
        count = self.model().rowCount()
        return range(min(first, count), min(max(first, last), count))

    def go_to(self, place: int) -> None:
        """Make a place the current one, alone selected, and bring it into sight."""
        index = self.model().index(place, 0)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index, QListView.ScrollHint.EnsureVisible)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (event.text() and event.text().isprintable()):
            event.ignore()  # the screen's keys: no search by typing here
            return
        super().keyPressEvent(event)
