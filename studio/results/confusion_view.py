"""What was taken for what: a grid of counts whose cells open their samples. Scrolls where there are many classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from engine.arrays import IntArray
from studio import theme, wording

Index = QModelIndex | QPersistentModelIndex
CELL_HEIGHT, NARROWEST, WIDEST, NAME_WIDTH, TALLEST = 38, 60, 220, 140, 480


class ConfusionModel(QAbstractTableModel):
    """Row: what a sample is. Column: what the model said. The user role gives the share of the row, 0 to 1."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matrix: IntArray = np.zeros((0, 0), dtype=np.int64)
        self._names: tuple[str, ...] = ()

    def show_matrix(self, matrix: IntArray, names: tuple[str, ...]) -> None:
        """Show counts [classes, classes]."""
        self.beginResetModel()
        self._matrix, self._names = matrix, names
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self._names)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self._names)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        truth, said = index.row(), index.column()
        number, total = int(self._matrix[truth, said]), int(self._matrix[truth].sum())
        if role == Qt.ItemDataRole.DisplayRole:
            return wording.count(number) if number else ""
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            said_so = "rightly named so" if truth == said else f"named {self._names[said]}"
            return f"{self._names[truth]}: {wording.count(number)} of {wording.count(total)} {said_so}"
        if role == Qt.ItemDataRole.UserRole:
            return number / total if total else 0.0
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            lead = "What it is" if orientation is Qt.Orientation.Vertical else "What the model said"
            return f"{lead}: {self._names[section]}"
        return None


class _CellPainter(QStyledItemDelegate):
    """Paints a cell the stronger the larger its share: right ones in one colour, mistakes in another."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = theme.colours()
        right = index.row() == index.column()
        share = float(index.data(Qt.ItemDataRole.UserRole) or 0.0)
        tint = QColor(colours.good if right else colours.bad)
        # never so strong that the number on it falls below a contrast of 4.5 to 1
        tint.setAlphaF(min(0.42, 0.06 + 0.36 * share) if share else 0.0)
        box: QRect = option.rect.adjusted(1, 1, -1, -1)
        painter.save()
        painter.fillRect(box, QColor(colours.surface))
        painter.fillRect(box, tint)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(index.data() or ""))
        painter.restore()


class ConfusionView(QTableView):
    """Emits ``cell_opened`` with the true and the said class when a cell is clicked, or Enter pressed on it."""

    cell_opened = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.counts = ConfusionModel(self)
        self.setModel(self.counts)
        self.setItemDelegate(_CellPainter(self))
        self.setAccessibleName("What was taken for what: rows are what samples are, columns what the model said")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.setDefaultSectionSize(CELL_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows.setMaximumWidth(NAME_WIDTH)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setCornerWidget(QWidget())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)

    def show_matrix(self, matrix: IntArray, names: tuple[str, ...]) -> None:
        """Show counts [classes, classes]."""
        self.counts.show_matrix(matrix, names)
        self._fit_columns()
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        rows = self.counts.rowCount()
        height = self.horizontalHeader().sizeHint().height() + rows * CELL_HEIGHT + 6
        return QSize(NAME_WIDTH + rows * NARROWEST, min(height, TALLEST))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        number = self.counts.columnCount()
        if number:
            width = max(NARROWEST, min(WIDEST, self.viewport().width() // number))
            self.horizontalHeader().setDefaultSectionSize(width)

    def _open(self, index: QModelIndex) -> None:
        self.cell_opened.emit(index.row(), index.column())
