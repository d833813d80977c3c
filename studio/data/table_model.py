"""The rows of a table that a filter lets through, read from the frame a page at a time."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from engine.task import Kind, Modality
from studio.data.grid_model import ID, LABEL
from studio.listing import Listing, shown
from studio.theme import colours

Index = QModelIndex | QPersistentModelIndex
_PAGE = 128
_PAGES = 16
_NO_PARENT = QModelIndex()


class TableModel(QAbstractTableModel):
    """The label first, then the input columns in their own order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listing = Listing(Modality.TABLE)
        self._rows: list[int] = []
        self._columns: list[str] = []
        self._numeric: list[bool] = [False]
        self._pages: OrderedDict[int, list[tuple[object, ...]]] = OrderedDict()

    def show_rows(self, listing: Listing, rows: list[int]) -> None:
        """Show these rows of a listing."""
        self.beginResetModel()
        self._listing, self._rows = listing, rows
        self._columns = list(listing.frame.columns) if listing.frame is not None else []
        dtypes = listing.frame.dtypes if listing.frame is not None else []
        self._numeric = [listing.kind is Kind.REGRESSION, *(dtype.is_numeric() for dtype in dtypes)]
        self._pages.clear()
        self.endResetModel()

    def id_at(self, place: int) -> str:
        """Return the sample id at a place."""
        return self._listing.ids[self._rows[place]]

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 1 + len(self._columns)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation is Qt.Orientation.Horizontal:
            return self._alignment(section)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(self._rows[section] + 1) if section < len(self._rows) else None
        if section == 0:
            return self._listing.target or "Label"
        return self._columns[section - 1] if section <= len(self._columns) else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ID:
            return self._listing.ids[row]
        if role == LABEL:
            return shown(self._listing.labels[row])
        value = self._listing.labels[row] if index.column() == 0 else self._value(index.row(), index.column() - 1)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if value is None:
                return "–"
            if index.column() == 0:
                return shown(self._listing.labels[row])
            return self._listing.cell(self._columns[index.column() - 1], value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and value is None:
            return QColor(colours().muted)
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._numeric[column] else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _value(self, place: int, column: int) -> object:
        page, line = divmod(place, _PAGE)
        if page not in self._pages:
            frame = self._listing.frame
            if frame is None:
                return None
            wanted = self._rows[page * _PAGE : (page + 1) * _PAGE]
            self._pages[page] = frame[wanted].rows()
            while len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        return self._pages[page][line][column]
