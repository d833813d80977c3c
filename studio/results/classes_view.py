"""One row a class: how many of its samples were found, and how far its name can be trusted."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableView
from typing_extensions import override

from engine.results.figures import ClassFigures, Share
from studio import wording

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
MOST_ROWS = 12


class ClassesModel(QAbstractTableModel):
    """The figures of each class. The sort role gives plain numbers."""

    HEADERS = ("Class", "Found", "When it says so, right", "Samples")
    TIPS = (
        "",
        "Of the samples of this class, how many the model named so; in brackets what so few samples allow",
        "Of the times the model named this class, how often it was so",
        "How many samples of this class were checked",
    )

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[ClassFigures, ...] = ()

    def show_classes(self, classes: tuple[ClassFigures, ...]) -> None:
        """Show these classes."""
        self.beginResetModel()
        self._classes = classes
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self._classes)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self.HEADERS)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        figures, column = self._classes[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            words = (figures.name, _found(figures.found), _trusted(figures.trusted), wording.count(figures.found.total))
            return words[column]
        if role == SORT_ROLE:
            return (figures.name, _known(figures.found), _known(figures.trusted), figures.found.total)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return figures.name if column == 0 else self.TIPS[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 3:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == 3 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.TIPS[section]
        return self.HEADERS[section] if role == Qt.ItemDataRole.DisplayRole else None


class ClassesView(QTableView):
    """The table of classes, weakest first until the person sorts otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.figures = ClassesModel(self)
        sorted_model = QSortFilterProxyModel(self)
        sorted_model.setSourceModel(self.figures)
        sorted_model.setSortRole(SORT_ROLE)
        self.setModel(sorted_model)
        self.setSortingEnabled(True)
        self.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        self.setAccessibleName("Figures of each class")
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)

    def show_classes(self, classes: tuple[ClassFigures, ...]) -> None:
        """Show these classes."""
        self.figures.show_classes(classes)
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        rows = min(self.figures.rowCount(), MOST_ROWS)
        height = self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize() + 6
        return QSize(400, height)


def _found(share: Share) -> str:
    if not share.total:
        return "none to find"
    return f"{wording.count(share.right)} of {wording.count(share.total)}  {_bounds(share)}"


def _trusted(share: Share) -> str:
    if not share.total:
        return "never said"
    return f"{wording.of_100(share.value)} of 100  {_bounds(share)}"


def _bounds(share: Share) -> str:
    low, high = share.interval
    return f"({wording.of_100(low)}–{wording.of_100(high)}%)"


def _known(share: Share) -> float:
    return -1.0 if math.isnan(share.value) else share.value
