"""Labels for the sample shown, and which sample comes next."""

from __future__ import annotations

from PySide6.QtCore import QObject

from engine.task import Kind
from labeling.suggest.model import Suggestion
from labeling.understanding import count
from studio.changes import keep_setting
from studio.finding.wanted import By
from studio.label.confirm.page import value_of
from studio.label.order import Order
from studio.label.pace import Pace
from studio.listing import Label, Listing, shown, toggled
from studio.session import Session

_WITH_COPIES = "label near-copies too"


class Labelling(QObject):
    """What can be done to the sample at the order's place. Each returns whether anything was done."""

    def __init__(self, session: Session, order: Order, pace: Pace, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._order, self._pace = session, order, pace
        self._visited: set[str] = set()
        self.copied = 0
        self._doubtful: tuple[str, ...] | None = None
        session.view.suggested.connect(self._forget)

    @property
    def suggestion(self) -> Suggestion | None:
        """What is suggested for the sample here."""
        row = self._order.row
        return self._session.view.suggestion(row) if row is not None else None

    def assign(self, label: Label) -> bool:
        """Give the sample a label; of several classes, put one in or out."""
        sample_id, row = self._order.sample_id, self._order.row
        if sample_id is None or row is None:
            return False
        if self.several and isinstance(label, str):
            label = toggled(self._listing.labels[row], label)
        return self._give(sample_id, label, f"Label '{shown(label)}'")

    def accept(self) -> bool:
        """Make what is suggested the label."""
        suggestion = self.suggestion
        value = value_of(suggestion, self._listing.kind) if suggestion is not None else None
        if suggestion is None or value is None:
            return False
        return self._give(suggestion.sample, value, f"Accept '{shown(value)}'")

    def clear(self) -> bool:
        """Take the label of the sample away; one that was skipped is taken up again."""
        sample_id, row = self._order.sample_id, self._order.row
        if sample_id is None or row is None:
            return False
        if self._listing.labels[row] is not None:
            return self._session.changes.set_labels({sample_id: None}, "Clear label")
        if sample_id in self._listing.skipped:
            return self._session.changes.skip([sample_id], False, f"Take up {self._listing.name(row)} again")
        return False

    def skip(self) -> bool:
        """Pass the sample over."""
        sample_id, row = self._order.sample_id, self._order.row
        if sample_id is None or row is None:
            return False
        return self._session.changes.skip([sample_id], True, f"Skip {self._listing.name(row)}")

    def next_open(self) -> int | None:
        """Return the place of the next sample without a label: where the order is by use, the most useful one now."""
        view = self._session.view
        if view.wanted.by is By.USEFUL and not view.wanted.reverse:
            for sample_id in view.suggestions.order:
                place = self._open_place(sample_id)
                if place is not None:
                    return place
        return self._order.unlabelled(1)

    def most_doubtful(self) -> int | None:
        """Return the place of the most doubtful sample not gone to yet; before any suggestion, the most useful."""
        suggestions = self._session.view.suggestions
        if self._doubtful is None:
            self._doubtful = suggestions.doubtful() or suggestions.order
        for key in self._doubtful:
            place = self._open_place(key) if key not in self._visited else None
            if place is not None:
                self._visited.add(key)
                return place
        self._visited.clear()
        return None

    def _forget(self) -> None:
        self._visited.clear()
        self._doubtful = None

    @property
    def with_copies(self) -> bool:
        """Whether near-copies get the label too; each project remembers it."""
        project = self._session.project
        return project is not None and bool(project.setting(_WITH_COPIES, False))

    @with_copies.setter
    def with_copies(self, wanted: bool) -> None:
        if wanted != self.with_copies:
            keep_setting(self._session.project, _WITH_COPIES, wanted)

    def told_copied(self) -> str:
        """Return how many near-copies got the label given last, in words; nothing where there were none."""
        return f"{count(self.copied, 'near-copy', 'near-copies')} labelled with the last one" if self.copied else ""

    def copies(self) -> list[str]:
        """Return the samples that are nearly the same as the one here, and labelled like it or not at all."""
        sample_id = self._order.sample_id
        return self._session.suggesting.copies_of(sample_id) if sample_id is not None else []

    @property
    def several(self) -> bool:
        """Whether samples have any number of classes."""
        return self._listing.kind is Kind.MULTILABEL

    @property
    def _listing(self) -> Listing:
        return self._session.library.listing

    def _open_place(self, sample_id: str) -> int | None:
        """Return where a sample is that is shown, has no label, is not skipped and is not the one here."""
        row = self._listing.rows.get(sample_id)
        place = self._session.view.places.get(row) if row is not None else None
        if row is None or place is None or place == self._order.place:
            return None
        return place if self._listing.labels[row] is None and sample_id not in self._listing.skipped else None

    def _give(self, sample_id: str, label: Label, name: str) -> bool:
        copies = self.copies() if self.with_copies else []
        copies = [key for key in copies if key not in self._listing.skipped]
        name += f" and {count(len(copies), 'near-copy', 'near-copies')}" if copies else ""
        done = self._session.changes.set_labels(dict.fromkeys([sample_id, *copies], label), name)
        if done:
            self.copied = len(copies)
            self._pace.tick()
        return done
