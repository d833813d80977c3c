"""The history: what was done and when, newest first; choosing a line goes back, or forward again, to there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QDialog, QHeaderView, QTableView, QVBoxLayout, QWidget
from typing_extensions import override

from studio.session import Session
from studio.theme import SPACE, colours
from studio.widgets.basics import button, row, text
from studio.widgets.table import table_of_lines

if TYPE_CHECKING:
    from labeling.project import Entry, Project

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_PAGE = 200


class HistoryModel(QAbstractTableModel):
    """The changes of a project, newest first, read a page at a time; the last line stands before all of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._pages: dict[int, list[Entry]] = {}
        self._length = 0
        self._now = 0

    def show_project(self, project: Project | None) -> None:
        """Read a project's history anew."""
        self.beginResetModel()
        self._project = project
        self._pages.clear()
        self._length = project.history_length() if project is not None else 0
        self._now = project.newest_change if project is not None else 0
        self.endResetModel()

    def entry(self, line: int) -> Entry | None:
        """Return the change at a line; None at the last, which is the beginning."""
        page, place = divmod(line, _PAGE)
        if line >= self._length or self._project is None:
            return None
        if page not in self._pages:
            self._pages[page] = self._project.history(_PAGE, page * _PAGE)
        return self._pages[page][place]

    def line_of_now(self) -> int:
        """Return the line that shows how things are now."""
        lines = range(self._length)
        return next((line for line in lines if (entry := self.entry(line)) and entry.id == self._now), self._length)

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() or self._project is None else self._length + 1

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 2

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        entry = self.entry(index.row())
        now = (entry.id if entry is not None else 0) == self._now
        undone = entry is not None and entry.undone
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(entry, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            stands = " (now)" if now else " (undone)" if undone else ""
            return self._words(entry, index.column()) + stands
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._words(entry, 0)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted if undone or index.column() else colours().text)
        if role == Qt.ItemDataRole.FontRole and (now or undone):
            font = QFont()
            font.setBold(now)
            font.setStrikeOut(undone and not index.column())
            return font
        return None

    def _words(self, entry: Entry | None, column: int) -> str:
        if entry is None:
            return "" if column else "The beginning: an empty project"
        return when(entry.time, datetime.now()) if column else entry.name


def when(time: str, now: datetime) -> str:
    """Return when something was done, as short as it is clear.

    >>> when("2026-03-02T09:05:00", datetime(2026, 3, 2, 12)), when("2026-02-28T09:05:00", datetime(2026, 3, 2, 12))
    ('09:05', '28 February 09:05')
    """
    done = datetime.fromisoformat(time)
    clock = done.strftime("%H:%M")
    if done.date() == now.date():
        return clock
    day = f"{done.day} {done.strftime('%B')}"
    return f"{day} {clock}" if done.year == now.year else f"{day} {done.year} {clock}"


class HistoryList(QDialog):
    """Shows the history beside the work: Enter or a double click on a line goes there; Esc closes."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("History")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.model = HistoryModel(self)
        self.table = self._make_table()
        self._go = button("Go to this point", self.go_to_chosen, "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(
            text("All that was done, newest first. Going back loses nothing until you change something else.", "muted")
        )
        column.addWidget(self.table, 1)
        column.addWidget(row(self._go, None, button("Close", self.close)))
        self.resize(560, 520)
        session.changes.changed.connect(self.refresh)
        session.project_changed.connect(self.close)
        self.refresh()
        self.table.setFocus()

    def refresh(self) -> None:
        """Read the history anew and choose the line of now."""
        self.model.show_project(self._session.project)
        if self.model.rowCount():
            self.table.selectRow(self.model.line_of_now())
        self._choose()

    def go_to_chosen(self) -> None:
        """Undo or redo up to the line that is chosen."""
        chosen = self.table.currentIndex()
        if chosen.isValid():
            entry = self.model.entry(chosen.row())
            self._session.changes.go_to(entry.id if entry is not None else 0)

    def _choose(self) -> None:
        self._go.setEnabled(self.table.currentIndex().isValid())

    def _make_table(self) -> QTableView:
        table = table_of_lines(self.model, "Changes")
        table.horizontalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(max(28, table.fontMetrics().height() + SPACE))
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        table.activated.connect(lambda _index: self.go_to_chosen())
        table.selectionModel().currentChanged.connect(lambda _new, _old: self._choose())
        return table
