"""The page of the confirm grid: what is done to the tiles that are selected, in sight, or sure enough."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from engine.task import Kind
from labeling.suggest.model import Suggestion
from studio import wording
from studio.label.confirm.bar import ConfirmBar
from studio.label.confirm.model import ConfirmModel
from studio.label.confirm.tiles import ConfirmGrid
from studio.listing import Label, names_in, shown
from studio.picture_loader import PictureLoader
from studio.session import Session
from studio.theme import SPACE
from studio.widgets.basics import text

_RECOUNT_MS = 200  # after the last key: counting many takes longer than a key may


class ConfirmPage(QWidget):
    """Shows the samples of the session's view as tiles. Tiles stay where they are when they get a label.

    ``opened`` carries the row of a tile that is to be shown large; ``done`` how many labels were given at once.
    """

    opened = Signal(int)
    done = Signal(int)

    def __init__(self, session: Session, loader: PictureLoader) -> None:
        super().__init__()
        self._session, self._view = session, session.view
        self.model = ConfirmModel(self._view, loader, self)
        self.grid = ConfirmGrid(self.model)
        self.bar = ConfirmBar()
        self._nothing = text("", "muted")
        self._sure: list[float] = []
        self._recount = QTimer(self, singleShot=True, interval=_RECOUNT_MS)
        self._recount.timeout.connect(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.bar)
        column.addWidget(self._nothing)
        column.addWidget(self.grid, 1)
        self.grid.doubleClicked.connect(lambda index: self.opened.emit(self.model.row_at(index.row())))
        self.bar.accepted.connect(self.accept_sure)
        self.bar.moved.connect(self._show_count)
        self.bar.only_changed.connect(self.show_rows)

    # -- what is shown -------------------------------------------------------------------------------------------

    def begin(self, row: int | None) -> None:
        """Show the tiles, with that of a row current; only those with a suggestion where there are any."""
        was = self.bar.only.blockSignals(True)
        self.bar.only.setChecked(bool(self._view.suggestions.by_sample))
        self.bar.only.blockSignals(was)
        self.show_rows()
        place = self._place_of(row)
        self.grid.go_to(place if place is not None else 0)

    def show_rows(self) -> None:
        """Show the view's rows anew."""
        rows = self._view.rows
        if self.bar.only.isChecked():
            at = self._view.listing.rows
            rows = [at[suggestion.sample] for suggestion in self._view.open_suggestions(rows)]
        names = list(self._session.library.counts())
        self.grid.tiles.class_index = {name: number for number, name in enumerate(names)}
        self.model.show_rows(self._view.listing, rows)
        self._nothing.setText(self._why_nothing())
        self._nothing.setVisible(not rows)
        self._count()

    def show_changes(self) -> None:
        """Follow labels or suggestions that changed; tiles stay where they are."""
        names = list(self._session.library.counts())
        self.grid.tiles.class_index = {name: number for number, name in enumerate(names)}
        self.grid.viewport().update()
        self._recount.start()

    @property
    def row(self) -> int | None:
        """The listing's row of the current tile."""
        place = self.grid.currentIndex().row()
        return self.model.row_at(place) if 0 <= place < self.model.rowCount() else None

    def chosen_ids(self) -> list[str]:
        """Return the ids of the tiles selected, or of the current one."""
        return [self.model.id_at(place) for place in self.grid.chosen_places()]

    # -- what is done --------------------------------------------------------------------------------------------

    def accept(self) -> bool:
        """Accept the suggestions of the tiles selected, or of the current one, and go on to the next."""
        return self._accept(self.grid.chosen_places())

    def accept_in_sight(self) -> bool:
        """Accept every suggestion in sight, and bring the next into sight."""
        sight = self.grid.places_in_sight()
        done = self._accept(sight, go_on=False)
        if sight:
            self._go_on(sight[-1], top=True)
        return done

    def accept_sure(self) -> bool:
        """Accept every suggestion that is sure enough, in sight or not."""
        sure = self.bar.sure
        found = self._view.open_suggestions(self._view.rows)
        return self._give([suggestion for suggestion in found if suggestion.chance >= sure])

    def assign(self, name: str, stay: bool = False) -> bool:
        """Give the tiles selected a class; of several classes, put it in, or out where all have it."""
        places = self.grid.chosen_places()
        ids = [self.model.id_at(place) for place in places]
        if not ids:
            return False
        several = self._kind is Kind.MULTILABEL
        labels: dict[str, Label] = dict(self._with_class(ids, name)) if several else dict.fromkeys(ids, name)
        many = f" ({len(ids):,})" if len(ids) > 1 else ""
        done = self._session.changes.set_labels(labels, f"Label '{name}'{many}")
        if done:
            self.done.emit(len(ids))
        if not stay and not several:
            self._go_on(places[-1])
        return done

    def clear(self) -> None:
        """Take the labels of the tiles selected away, and take up again those that were skipped."""
        listing = self._view.listing
        ids = self.chosen_ids()
        labelled = [key for key in ids if listing.labels[listing.rows[key]] is not None]
        skipped = [key for key in ids if key in listing.skipped and key not in labelled]
        if labelled:
            self._session.changes.set_labels(dict.fromkeys(labelled), f"Clear {_labels(len(labelled))}")
        elif skipped:
            self._session.changes.skip(skipped, False, f"Take up {self._things(len(skipped))} again")

    def skip(self) -> None:
        """Pass the tiles selected over."""
        places = self.grid.chosen_places()
        ids = [self.model.id_at(place) for place in places]
        if ids:
            self._session.changes.skip(ids, True, f"Skip {self._things(len(ids))}")
            self._go_on(places[-1])

    # -- how -----------------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> Kind | None:
        return self._view.listing.kind

    def _accept(self, places: Sequence[int], go_on: bool = True) -> bool:
        done = self._give(self._view.open_suggestions(self.model.row_at(place) for place in places))
        if done and go_on and places:
            self._go_on(places[-1])
        return done

    def _give(self, suggestions: Iterable[Suggestion]) -> bool:
        values = {suggestion.sample: value_of(suggestion, self._kind) for suggestion in suggestions}
        labels = {key: value for key, value in values.items() if value is not None}
        if not labels:
            return False
        if len(labels) == 1:
            name = f"Accept '{shown(next(iter(labels.values())))}'"
        else:
            name = f"Accept {len(labels):,} suggestions"
        done = self._session.changes.set_labels(labels, name)
        if done:
            self.done.emit(len(labels))
        return done

    def _with_class(self, ids: Iterable[str], name: str) -> dict[str, Label]:
        listing = self._view.listing
        before = {key: set(names_in(listing.labels[listing.rows[key]])) for key in ids}
        out = all(name in names for names in before.values())
        return {key: tuple(sorted(names - {name} if out else names | {name})) for key, names in before.items()}

    def _go_on(self, place: int, top: bool = False) -> None:
        """Make the next tile without a label current; at ``top`` of the sight when a whole page was dealt with."""
        labels, skipped, ids = self._view.listing.labels, self._view.listing.skipped, self._view.listing.ids
        for later in range(place + 1, self.model.rowCount()):
            row = self.model.row_at(later)
            if labels[row] is None and ids[row] not in skipped:
                self.grid.go_to(later)
                if top:
                    self.grid.scrollTo(self.model.index(later), self.grid.ScrollHint.PositionAtTop)
                return

    def _place_of(self, row: int | None) -> int | None:
        return self.model.place_of(self._view.listing.ids[row]) if row is not None else None

    def _count(self) -> None:
        if not self.isVisible():
            return
        self._sure = sorted(suggestion.chance for suggestion in self._view.open_suggestions(self._view.rows))
        self._show_count()

    def _show_count(self) -> None:
        count = len(self._sure) - bisect_left(self._sure, self.bar.sure)
        self.bar.show_count(count, bool(self._sure) or bool(self._view.suggestions.by_sample))

    def _why_nothing(self) -> str:
        if self._view.rows and self.bar.only.isChecked():
            return "Every suggestion shown here was dealt with. Untick “Suggestions alone” to see all samples."
        return "Nothing matches. Search for other words, or show all."

    def _things(self, number: int) -> str:
        return wording.things(self._view.listing.modality, number)

    @override
    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        if visible:
            self._recount.start()


def value_of(suggestion: Suggestion, kind: Kind | None) -> Label:
    """Return a suggestion as the label it would become."""
    if suggestion.number is not None:
        return suggestion.number
    if kind is Kind.MULTILABEL:
        return tuple(sorted(suggestion.names))
    return suggestion.names[0] if suggestion.names else None


def _labels(number: int) -> str:
    return "label" if number == 1 else f"{number:,} labels"
