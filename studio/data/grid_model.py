"""The photos that a filter lets through, as a Qt model."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt
from typing_extensions import override

from engine.task import Modality
from studio.listing import Listing, shown
from studio.picture_loader import PictureLoader

Index = QModelIndex | QPersistentModelIndex
ID = Qt.ItemDataRole.UserRole
LABEL = Qt.ItemDataRole.UserRole + 1
PIXMAP = Qt.ItemDataRole.UserRole + 2


class GridModel(QStringListModel):
    """Rows of a :class:`Listing`; pictures come from the loader when they are asked for.

    As many empty texts are kept as Qt's own list, which answers how many rows there are: a view asks that once for
    every row when it lays them out, and 10,000 calls into Python would hold the window up.
    """

    def __init__(self, loader: PictureLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._listing = Listing(Modality.IMAGE)
        self._rows: list[int] = []
        self._places: Mapping[int, int] = {}
        loader.loaded.connect(self._came_in)

    def show_rows(self, listing: Listing, rows: list[int], places: Mapping[int, int] | None = None) -> None:
        """Show these rows of a listing; ``places`` tells where each is shown, where that is known already."""
        self._listing, self._rows = listing, rows
        self._places = {row: place for place, row in enumerate(rows)} if places is None else places
        self.setStringList([""] * len(rows))

    def id_at(self, place: int) -> str:
        """Return the sample id at a place."""
        return self._listing.ids[self._rows[place]]

    def place_of(self, sample_id: str) -> int | None:
        """Return where a sample is shown, if it is."""
        return self._places.get(self._listing.rows.get(sample_id, -1))

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        listing = self._listing
        if role == PIXMAP:
            return self._loader.get(listing.ids[row], listing.references[row], listing.contents[row])
        if role == Qt.ItemDataRole.DisplayRole:
            return listing.name(row)
        if role == ID:
            return listing.ids[row]
        if role == LABEL:
            return shown(listing.labels[row])
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{listing.ids[row]}\n{shown(listing.labels[row]) or 'no label'}"
        return None

    def _came_in(self, sample_id: str) -> None:
        place = self.place_of(sample_id)
        if place is not None:
            index = self.index(place)
            self.dataChanged.emit(index, index, [PIXMAP])
