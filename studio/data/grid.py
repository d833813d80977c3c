"""The grid of photos: only what is seen is decoded and painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from studio.data.grid_model import LABEL, PIXMAP, GridModel
from studio.icons import pixmap as icon_pixmap
from studio.theme import SPACE, class_colour, colours, theme

Index = QModelIndex | QPersistentModelIndex
_WANTED_WIDTH = 156


class TileDelegate(QStyledItemDelegate):
    """Paints one photo, cropped to a square, with its label below."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self.class_index: dict[str, int] = {}
        self.size = QSize(_WANTED_WIDTH, _WANTED_WIDTH)

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self.size

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette = colours()
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = option.rect.adjusted(4, 4, -4, -4)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        caption = option.fontMetrics.height() + SPACE
        square = QRectF(box.left(), box.top(), box.width(), box.height() - caption)
        self._picture(painter, index.data(PIXMAP), square)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(palette.accent if selected else palette.control), 3 if selected else 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 8, 8)
        line = QRect(box.left(), round(square.bottom()), box.width(), caption)
        self._caption(painter, option, index, line)
        painter.restore()

    def _picture(self, painter: QPainter, picture: QPixmap | None, square: QRectF) -> None:
        palette = colours()
        path = QPainterPath()
        path.addRoundedRect(square, 8, 8)
        painter.fillPath(path, QColor(palette.hover))
        if picture is None:
            return
        if picture.isNull():
            side = 32
            left, top = square.center().x() - side / 2, square.center().y() - side / 2
            painter.drawPixmap(round(left), round(top), icon_pixmap("broken", side, "muted"))
            return
        painter.setClipPath(path)
        scale = max(square.width() / picture.width(), square.height() / picture.height())
        width, height = square.width() / scale, square.height() / scale
        part = QRectF((picture.width() - width) / 2, (picture.height() - height) / 2, width, height)
        painter.drawPixmap(square, picture, part)
        painter.setClipping(False)

    def _caption(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, line: QRect) -> None:
        palette = colours()
        label = index.data(LABEL)
        left = line.left() + 2
        number = self.class_index.get(label)
        if number is not None:  # numbers and sets of classes have no colour of their own
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(class_colour(number))
            painter.drawEllipse(QRectF(left, line.center().y() - 3, 8, 8))
            left += 14
        painter.setPen(QColor(palette.text if label else palette.muted))
        words = " ".join(label.split()) if label else "no label"
        elided = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, line.right() - left)
        painter.drawText(
            QRect(left, line.top() + 2, line.right() - left, line.height()), Qt.AlignmentFlag.AlignVCenter, elided
        )


class Grid(QListView):
    """A wrapping list of tiles as wide as makes whole columns."""

    wanted_width = _WANTED_WIDTH

    def __init__(self, model: GridModel) -> None:
        super().__init__()
        self.setModel(model)
        self.tiles = TileDelegate(self)
        self.setItemDelegate(self.tiles)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionRectVisible(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Photos")
        theme().changed.connect(self.viewport().update)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        space = self.viewport().width() - 2
        columns = max(1, space // self.wanted_width)
        width = space // columns
        size = QSize(width, width + self.fontMetrics().height() + SPACE)
        if size != self.gridSize():
            self.tiles.size = size
            self.setGridSize(size)
            self.verticalScrollBar().setSingleStep(size.height() // 3)
