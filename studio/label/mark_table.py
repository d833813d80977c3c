"""A list of marks in which everything can be read and changed by keys: Return edits a cell, digits give a class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from studio.label.mark_editor import M, MarkEditor
from studio.theme import SPACE, class_colour, theme

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_OWN_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2,
)  # fmt: skip
_DOT = 10


@dataclass(frozen=True)
class MarkColumn(Generic[M]):
    """One property of marks: how it is written, and the mark that comes of other words, None where they make none."""

    title: str
    shown: Callable[[M], str]
    edited: Callable[[M, str], M | None] | None = None


class MarkModel(QAbstractTableModel):
    """The marks of an editor in reading order, the class last. ``wanted`` carries what a mark shall become."""

    wanted = Signal(int, object)
    refused = Signal(str)

    def __init__(self, editor: MarkEditor[M], columns: Sequence[MarkColumn[M]], parent: QWidget) -> None:
        super().__init__(parent)
        named: MarkColumn[M] = MarkColumn("Class", lambda mark: mark.label, _named)
        self._editor: MarkEditor[Any] = editor
        self._columns: list[MarkColumn[Any]] = [*columns, named]
        self._order: list[int] = []
        self._numbers: dict[str, int] = {}
        self._shown: tuple[list[Any], dict[str, int]] = ([], {})

    def refresh(self, numbers: dict[str, int]) -> None:
        """Follow the editor; as many marks as before keep the place of the cursor."""
        marks = self._editor.marks
        now = (list(marks), numbers)
        if now == self._shown:  # what somebody is typing into a cell is not disturbed
            return
        order = sorted(range(len(marks)), key=lambda at: self._editor.place(marks[at]))
        self._shown, self._numbers = now, numbers
        if len(order) == len(self._order):
            self._order = order
            if order:
                self.dataChanged.emit(self.index(0, 0), self.index(len(order) - 1, len(self._columns) - 1))
            return
        self.beginResetModel()
        self._order = order
        self.endResetModel()

    def at(self, row: int) -> int:
        """Return which of the editor's marks is in a row."""
        return self._order[row]

    def row_of(self, at: int) -> int:
        """Return in which row a mark is."""
        return self._order.index(at)

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._order)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._columns[section].title if orientation is Qt.Orientation.Horizontal else str(section + 1)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        editable = self._columns[index.column()].edited is not None
        return plain | Qt.ItemFlag.ItemIsEditable if editable else plain

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._order):
            return None
        mark, column = self._editor.marks[self._order[index.row()]], self._columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return column.shown(mark)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {column.shown(mark)}"
        if role == Qt.ItemDataRole.DecorationRole and index.column() == len(self._columns) - 1:
            return _dot(class_colour(self._numbers.get(mark.label, 0)))
        return None

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        column = self._columns[index.column()]
        if role != Qt.ItemDataRole.EditRole or column.edited is None:
            return False
        at = self._order[index.row()]
        mark = self._editor.marks[at]
        after = column.edited(mark, str(value))
        if after is None:
            self.refused.emit(
                f"“{value}” makes no sense as {column.title.lower()}, so “{column.shown(mark)}” was kept."
            )
            return False
        if after != mark:
            self.wanted.emit(at, after)
        return True


class MarkTable(QTableView):
    """The list. ``chose`` tells that the person went to another row."""

    chose = Signal(int)

    def __init__(self, editor: MarkEditor[M], columns: Sequence[MarkColumn[M]], name: str) -> None:
        super().__init__()
        self._editor: MarkEditor[Any] = editor
        self.marks = MarkModel(editor, columns, self)
        self.setModel(self.marks)
        self.classes: list[str] = []
        self.setItemDelegateForColumn(len(columns), _ClassDelegate(self))
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(60)
        self.horizontalHeader().setMaximumHeight(self.fontMetrics().height() + SPACE)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setStyleSheet("QHeaderView::section { padding: 1px 10px; }")
        self.setMinimumHeight(3 * (self.fontMetrics().height() + SPACE) + 2)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + SPACE)
        self.selectionModel().currentRowChanged.connect(self._went)
        theme().changed.connect(self.viewport().update)

    def refresh(self, numbers: dict[str, int]) -> None:
        """Follow the editor: its marks and which of them is chosen."""
        self.classes = list(numbers)
        self.marks.refresh(numbers)
        chosen = self._editor.chosen
        if chosen is None:
            self.clearSelection()
        elif self.currentIndex().row() != self.marks.row_of(chosen) or not self.selectedIndexes():
            column = max(0, self.currentIndex().column())
            self.setCurrentIndex(self.marks.index(self.marks.row_of(chosen), column))

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in _OWN_KEYS:
                event.accept()
                return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.state() is QAbstractItemView.State.EditingState:
            event.accept()  # the cell's own, which it takes a moment later
        elif enter and self.currentIndex().isValid():
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _went(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and self.marks.at(index.row()) != self._editor.chosen:
            self.chose.emit(self.marks.at(index.row()))


class _ClassDelegate(QStyledItemDelegate):
    """Lets a class be typed, with those there are to choose from; another name makes a new class."""

    def __init__(self, table: MarkTable) -> None:
        super().__init__(table)
        self._table = table

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = QLineEdit(parent)
        completer = QCompleter(self._table.classes, field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        field.setCompleter(completer)
        return field


def _named(mark: M, words: str) -> M | None:
    name = " ".join(words.split())
    return replace(mark, label=name) if name else None


def _dot(colour: QColor) -> QPixmap:
    dot = QPixmap(_DOT, _DOT)
    dot.fill(colour)
    return dot
