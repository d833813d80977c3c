"""The row of a table being labelled: its values as a readable card."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView
from typing_extensions import override

from studio.theme import SPACE, colours

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class ValuesModel(QAbstractTableModel):
    """A row of a table, as lines of name and value."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self._values: list[str] = []

    def show_cells(self, cells: list[tuple[str, str]]) -> None:
        """Show another row by its columns and their values, "" for missing ones; the same columns only change those."""
        names, values = [name for name, _ in cells], [value for _, value in cells]
        if names == self._names:
            self._values = values
            if names:
                self.dataChanged.emit(self.index(0, 1), self.index(len(names) - 1, 1))
            return
        self.beginResetModel()
        self._names, self._values = names, values
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._names)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 2

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._names):
            return None
        value = self._values[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if index.column() == 0:
                return self._names[index.row()]
            return value or "–"
        if role == Qt.ItemDataRole.ForegroundRole and (index.column() == 0 or not value):
            return QColor(colours().muted)
        return None


class RowStage(QTableView):
    """Shows one row of a table as a readable card."""

    def __init__(self) -> None:
        super().__init__()
        self.values = ValuesModel()
        self.values.setParent(self)
        self.setModel(self.values)
        self.setAccessibleName("The row's values")
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMaximumSectionSize(420)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(36, self.fontMetrics().height() + 2 * SPACE))
