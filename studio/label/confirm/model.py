"""The samples of the confirm grid, each with its label or what is suggested for it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from studio import wording
from studio.data.grid_model import PIXMAP, GridModel, Index
from studio.finding.view import View
from studio.listing import names_in, shown
from studio.picture_loader import PictureLoader

STANDING = Qt.ItemDataRole.UserRole + 10
_WORDS = 160


@dataclass(frozen=True)
class Standing:
    """How one tile stands: a label, or a suggestion and how sure it is, or neither.

    ``words`` are the values of a table's row, which has no picture; ``first`` the class whose colour it has.
    """

    label: str = ""
    suggested: str = ""
    chance: float = 0.0
    skipped: bool = False
    words: str = ""
    first: str = ""

    @property
    def said(self) -> str:
        """What is written below the tile."""
        if self.label:
            return self.label
        if self.skipped:
            return "skipped"
        return f"{self.suggested} {percent(self.chance)}" if self.suggested else "no label"


class ConfirmModel(GridModel):
    """Rows of a view; suggestions are looked up when they are painted."""

    def __init__(self, view: View, loader: PictureLoader, parent: QObject | None = None) -> None:
        super().__init__(loader, parent)
        self._view = view

    def row_at(self, place: int) -> int:
        """Return the listing's row at a place."""
        return self._rows[place]

    def standing(self, place: int) -> Standing:
        """Return how a tile stands."""
        row, listing = self._rows[place], self._listing
        words = ""
        if listing.frame is not None:
            words = "\n".join(f"{name}: {value}" for name, value in listing.cells(row) if value)[:_WORDS]
        label = listing.labels[row]
        if label is not None:
            return Standing(label=shown(label), words=words, first=next(iter(names_in(label)), ""))
        suggestion = self._view.suggestion(row)
        skipped = listing.ids[row] in listing.skipped
        if suggestion is None:
            return Standing(skipped=skipped, words=words)
        value = suggestion.number if suggestion.number is not None else suggestion.names
        first = next(iter(suggestion.names), "")
        return Standing(suggested=said(value), chance=suggestion.chance, skipped=skipped, words=words, first=first)

    def repaint_all(self) -> None:
        """Tell views that labels or suggestions changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), [STANDING])

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == STANDING:
            return self.standing(index.row())
        if role == PIXMAP and self._listing.frame is not None:
            return None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self._listing.name(self._rows[index.row()])}: {describe(self.standing(index.row()))}"
        return super().data(index, role)


def said(value: float | tuple[str, ...]) -> str:
    """Return a suggestion as text."""
    return wording.amount(value, 6) if isinstance(value, float) else shown(value)


def describe(standing: Standing) -> str:
    """Return how a tile stands, in full.

    >>> describe(Standing(suggested="nut", chance=0.934)), describe(Standing(label="bolt")), describe(Standing())
    ('suggested “nut”, 93% sure', 'labelled “bolt”', 'no label')
    """
    if standing.label:
        return f"labelled “{standing.label}”"
    skipped = "skipped, " if standing.skipped else ""
    if standing.suggested:
        return f"{skipped}suggested “{standing.suggested}”, {percent(standing.chance)} sure"
    return f"{skipped}no label"


def percent(chance: float) -> str:
    """Return a chance as whole per cent, never promising all.

    >>> percent(0.934), percent(0.9999), percent(0.0)
    ('93%', '99%', '0%')
    """
    return f"{min(99, round(100 * chance))}%"
