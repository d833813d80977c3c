"""The columns of a table and what each is for, changed by keys: a letter says what, Return shows what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget
from typing_extensions import override

from engine.task import ColumnType
from labeling.tables.anew import Offered
from labeling.tables.together import KEEPS_TOGETHER
from studio.theme import SPACE, colours

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_TITLES = ("Column", "Example", "Used as")
PREDICT, LEAVE_OUT = "what is predicted", "left out"
SAID = {type_: type_.value for type_ in ColumnType} | {ColumnType.GROUP: KEEPS_TOGETHER}
OF_ONE_COLUMN = (PREDICT, KEEPS_TOGETHER)
_KEYS = {"n": SAID[ColumnType.NUMBER], "c": SAID[ColumnType.CATEGORY], "t": SAID[ColumnType.TEXT]}
_KEYS |= {"d": SAID[ColumnType.DATE], "g": KEEPS_TOGETHER, "x": LEAVE_OUT, "p": PREDICT}
USE = 2


@dataclass(frozen=True)
class Chosen:
    """What the person wants: the column to predict, and how each other is read, None for those left out."""

    target: str | None
    types: dict[str, ColumnType | None]


class ColumnModel(QAbstractTableModel):
    """A line for each column. ``changed`` comes when one is used otherwise."""

    changed = Signal()

    def __init__(self, columns: Sequence[Offered], target: str | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self._first = [self._now(column, target) for column in columns]
        self._uses = list(self._first)

    def choices(self, row: int) -> list[str]:
        """Return what a column can be used as."""
        column = self.columns[row]
        predict = [PREDICT] if column.can_be_target else []
        return [*(SAID[type_] for type_ in column.types), *predict, LEAVE_OUT]

    def use(self, row: int) -> str:
        """Return what a column is used as."""
        return self._uses[row]

    def set_use(self, row: int, use: str) -> bool:
        """Use a column otherwise; one that was predicted or kept rows together before is learned from instead.

        Return whether it can be used so.
        """
        if use not in self.choices(row):
            return False
        if use in OF_ONE_COLUMN and use in self._uses:
            before = self._uses.index(use)
            self._uses[before] = self.choices(before)[0]
        self._uses[row] = use
        self.dataChanged.emit(self.index(0, USE), self.index(len(self._uses) - 1, USE))
        self.changed.emit()
        return True

    def chosen(self) -> Chosen:
        """Return what the person wants; columns left as they were are not in ``types`` unless chosen before."""
        said = {words: type_ for type_, words in SAID.items()}
        uses = list(zip(self.columns, self._uses, self._first, strict=True))
        types = {column.name: said.get(use) for column, use, first in uses if use != PREDICT and use != first}
        return Chosen(next((column.name for column, use, _ in uses if use == PREDICT), None), types)

    @property
    def is_other(self) -> bool:
        """Whether anything is wanted otherwise than it is."""
        return self._uses != self._first

    def _now(self, column: Offered, target: str | None) -> str:
        if column.name == target:
            return PREDICT
        return SAID[column.type] if column.type is not None else LEAVE_OUT

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return _TITLES[section] if orientation is Qt.Orientation.Horizontal else str(section + 1)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.columns):
            return None
        column, use = self.columns[index.row()], self._uses[index.row()]
        reason = f" ({column.reason})" if use == LEAVE_OUT and column.reason else ""
        words = (column.name, column.example, use + reason)[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_TITLES[index.column()]}: {words}"
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(index.column(), use)
        return None

    def _ink(self, column: int, use: str) -> QColor | None:
        if use == LEAVE_OUT or column == 1:
            return QColor(colours().muted)
        return QColor(colours().accent_text) if use == PREDICT else None


class ColumnTable(QTableView):
    """The list of columns."""

    def __init__(self, model: ColumnModel) -> None:
        super().__init__()
        self.columns = model
        self.setModel(model)
        self.setAccessibleName("Columns of the table")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.menu = QMenu(self)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for section, share in enumerate((180, 220, 240)):
            header.resizeSection(section, share)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(36, self.fontMetrics().height() + 2 * SPACE))
        self.setCurrentIndex(model.index(0, USE))
        self.doubleClicked.connect(lambda index: self.show_choices(index.row()))

    def show_choices(self, row: int) -> None:
        """Show what a column can be used as, to choose from."""
        self.menu.clear()
        for use in self.columns.choices(row):
            action = self.menu.addAction(use)
            action.setCheckable(True)
            action.setChecked(use == self.columns.use(row))
            action.triggered.connect(lambda _checked, use=use: self.columns.set_use(row, use))
        place = self.visualRect(self.columns.index(row, USE))
        self.menu.popup(self.viewport().mapToGlobal(place.bottomLeft()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.currentIndex()
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        use = _KEYS.get(event.text().lower()) if not held else None
        if here.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.show_choices(here.row())
        elif here.isValid() and use is not None:
            self.columns.set_use(here.row(), use)
        elif here.isValid() and event.key() == Qt.Key.Key_Delete:
            self.columns.set_use(here.row(), LEAVE_OUT)
        elif not event.text() or event.key() == Qt.Key.Key_Escape:
            super().keyPressEvent(event)
