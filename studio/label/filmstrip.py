"""The strip of photos below the one being labelled."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from studio.data.grid_model import LABEL, PIXMAP, GridModel
from studio.theme import class_colour, colours, theme

Index = QModelIndex | QPersistentModelIndex
_SIDE = 64


class StripDelegate(QStyledItemDelegate):
    """Paints a small photo with a coloured foot where it has a label."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self.class_index: dict[str, int] = {}

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(_SIDE + 8, _SIDE + 8)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette = colours()
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        square = QRectF(option.rect).adjusted(4, 4, -4, -4)
        path = QPainterPath()
        path.addRoundedRect(square, 6, 6)
        painter.fillPath(path, QColor(palette.hover))
        picture = index.data(PIXMAP)
        painter.setClipPath(path)
        if picture is not None and not picture.isNull():
            side = min(picture.width(), picture.height())
            part = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
            painter.drawPixmap(square, picture, part)
        label = index.data(LABEL)
        if label:
            foot = QRectF(square.left(), square.bottom() - 6, square.width(), 6)
            number = self.class_index.get(label)  # numbers and sets of classes have no colour of their own
            painter.fillRect(foot, class_colour(number) if number is not None else QColor(palette.muted))
        painter.setClipping(False)
        view = self.parent()
        if isinstance(view, QListView) and view.currentIndex().row() == index.row():
            painter.setPen(QPen(QColor(palette.accent), 3))
            painter.drawRoundedRect(square, 6, 6)
        painter.restore()


class Filmstrip(QListView):
    """One line of small photos; the current one is framed."""

    def __init__(self, model: GridModel) -> None:
        super().__init__()
        self.setModel(model)
        self.tiles = StripDelegate(self)
        self.setItemDelegate(self.tiles)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_SIDE + 12)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Photos before and after")
        self.setProperty("plain", "true")
        theme().changed.connect(self.viewport().update)

    def show_place(self, place: int) -> None:
        """Frame a photo and bring it to the middle."""
        index = self.model().index(place, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)
        self.viewport().update()
