"""The samples that are shown, in their order: one choice for the window, so Label walks through what Data shows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from labeling.suggest.model import Suggestion, Suggestions
from studio import wording
from studio.background import Background, Job, explain
from studio.finding.wanted import DOUBTFUL, By, Stand, Wanted
from studio.library import Library

if TYPE_CHECKING:
    from labeling.project import Project
    from studio.listing import Listing

NOTHING_SUGGESTED = Suggestions()
MANY = 20_000  # samples among which finding takes longer than a window may wait


class View(QObject):
    """Rows of the library's listing that match what is ``wanted``.

    ``changed`` comes after other rows are shown; ``suggested`` after other suggestions came in. These, like labels,
    move nothing by themselves: :attr:`stale` tells that other rows would match now, :meth:`refresh` finds them.
    Among very many samples they are found in the background, and what was shown stands until then; ``problem`` carries
    a sentence and details where that failed.
    """

    changed = Signal()
    suggested = Signal()
    problem = Signal(str, str)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._project: Project | None = None
        self.wanted = Wanted()
        self.rows: list[int] = []
        self.places: dict[int, int] = {}
        self.suggestions = NOTHING_SUGGESTED
        self.stale = False
        self._background = Background(threads=1)
        self._finding: Job | None = None
        library.reset.connect(self._find_now)
        library.relabelled.connect(self._note_relabelled)

    def open(self, project: Project | None) -> None:
        """Show all of another project, or nothing."""
        self._stop()
        self._project = project
        self.wanted = Wanted()
        self.suggestions = NOTHING_SUGGESTED

    @property
    def listing(self) -> Listing:
        """The samples of which these are rows."""
        return self._library.listing

    def show(self, wanted: Wanted) -> None:
        """Show what matches other wishes."""
        self.wanted = wanted
        self.refresh()

    def clear(self) -> None:
        """Show all samples again, in the same order."""
        self.show(self.wanted.everything())

    def show_all_now(self) -> None:
        """Show all samples again before returning."""
        self.wanted = self.wanted.everything()
        self._find_now()

    def suggest(self, suggestions: Suggestions) -> None:
        """Take note of other suggestions; what is shown stays until it is found anew."""
        self.suggestions = suggestions
        self.stale = self.stale or self._uses_suggestions()
        self.suggested.emit()

    def refresh(self) -> None:
        """Find the rows anew, in the background where there are many samples."""
        if len(self.listing) < MANY:
            self._find_now()
            return
        self._stop()
        self.stale = False
        self._finding = job = self._background.start(lambda _job: self._placed(), "Finding")
        job.done.connect(self._take)
        job.failed.connect(lambda error: self.problem.emit(explain(error), job.details))

    def close(self) -> None:
        """Find no more, and wait for what is being found."""
        self._stop()
        self._background.close()

    def _find_now(self) -> None:
        self._stop()
        self.stale = False
        self._take(self._placed())

    def _placed(self) -> tuple[list[int], dict[int, int]]:
        rows = self._found()
        return rows, {row: place for place, row in enumerate(rows)}

    def _take(self, found: tuple[list[int], dict[int, int]]) -> None:
        self._finding = None
        self.rows, self.places = found
        self.changed.emit()

    def _stop(self) -> None:
        if self._finding is not None:
            self._finding.cancel()
        self._finding = None

    def suggestion(self, row: int) -> Suggestion | None:
        """Return what is suggested for a sample that has no label, of classes that are still there."""
        listing = self.listing
        found = self.suggestions.by_sample.get(listing.ids[row]) if listing.labels[row] is None else None
        return found if found is not None and set(found.names) <= set(self._library.class_names) else None

    def open_suggestions(self, rows: Iterable[int]) -> list[Suggestion]:
        """Return what is suggested for those of these rows that have no label and are not skipped."""
        listing, found = self.listing, self.suggestions.by_sample
        ids, labels, skipped = listing.ids, listing.labels, listing.skipped
        wanted = (found.get(ids[row]) for row in rows if labels[row] is None)
        there = set(self._library.class_names)  # one that was renamed or removed since would be made anew
        return [one for one in wanted if one is not None and one.sample not in skipped and there.issuperset(one.names)]

    def splits(self) -> list[str]:
        """Return the splits that can be chosen."""
        return self._project.splits() if self._project is not None else []

    def words(self) -> str:
        """Return what is shown, as a sentence: ``24 of 412 photos, without a label, suggested “nut”``."""
        conditions = self.wanted.conditions(self.listing.modality)
        total = wording.things(self.listing.modality, len(self.listing))
        if not conditions:
            return total
        return ", ".join([f"{len(self.rows):,} of {total}", *conditions])

    # -- finding -------------------------------------------------------------------------------------------------

    def _found(self) -> list[int]:
        listing, wanted = self.listing, self.wanted
        if wanted.ids is not None:
            rows = [listing.rows[sample_id] for sample_id in wanted.ids if sample_id in listing.rows]
            return rows if wanted.by is By.ADDED else self._in_order(rows)
        search = wanted.search(words_in_names=listing.frame is None)
        if search == type(search)():
            rows = list(range(len(listing)))
        elif self._project is not None:
            at = listing.rows_by_number
            rows = [at[number] for number in self._project.find(search) if number in at]
        else:
            rows = []
        if wanted.words and listing.frame is not None:
            matching = listing.rows_with(wanted.words)
            rows = [row for row in rows if row in matching]
        return self._in_order(self._as_suggested(rows))

    def _as_suggested(self, rows: list[int]) -> list[int]:
        wanted, ids = self.wanted, self.listing.ids
        found: Mapping[str, Suggestion] = self.suggestions.by_sample
        if wanted.stand in (Stand.SUGGESTED, Stand.DOUBTFUL):
            rows = [row for row in rows if ids[row] in found]
        if wanted.stand is Stand.DOUBTFUL:
            rows = [row for row in rows if found[ids[row]].doubt >= DOUBTFUL]
        if wanted.suggested is not None:
            rows = [row for row in rows if ids[row] in found and wanted.suggested in found[ids[row]].names]
        return rows

    def _in_order(self, rows: list[int]) -> list[int]:
        wanted = self.wanted
        if wanted.by is By.RANDOM:
            random.Random(wanted.seed).shuffle(rows)
        elif wanted.by is By.DOUBT:
            doubts = {key: -suggestion.doubt for key, suggestion in self.suggestions.by_sample.items()}
            rows = self._ranked(rows, doubts)
        elif wanted.by is By.USEFUL:
            rows = self._ranked(rows, {key: place for place, key in enumerate(self.suggestions.order)})
        return rows

    def _ranked(self, rows: list[int], rank: Mapping[str, float]) -> list[int]:
        """Return rows in the order of their rank; those that have none, or a label, stay at the end as they are."""
        ids, labels = self.listing.ids, self.listing.labels
        ranked = [row for row in rows if labels[row] is None and ids[row] in rank]
        others = set(ranked)
        ranked.sort(key=lambda row: rank[ids[row]], reverse=self.wanted.reverse)
        return [*ranked, *(row for row in rows if row not in others)]

    def _uses_suggestions(self) -> bool:
        wanted = self.wanted
        by_them = wanted.by in (By.DOUBT, By.USEFUL) or wanted.stand in (Stand.SUGGESTED, Stand.DOUBTFUL)
        return by_them or wanted.suggested is not None

    def _note_relabelled(self) -> None:
        wanted = self.wanted
        about_labels = wanted.label is not None or wanted.stand is not None or wanted.by in (By.LABEL, By.LABELLED)
        self.stale = self.stale or about_labels or self._uses_suggestions()


def shuffled(wanted: Wanted) -> Wanted:
    """Return the same in an order by chance that was not used before."""
    return replace(wanted, by=By.RANDOM, reverse=False, seed=wanted.seed + 1)
