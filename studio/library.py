"""The samples of the open project, read once in the background and kept in step with every label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from engine.task import Modality
from studio.background import Background, Job, explain
from studio.listing import Label, Listing, load, names_in
from studio.pictures import thumbnail_image
from studio.theme import theme

if TYPE_CHECKING:
    from labeling.project import ClassInfo, Project
    from labeling.thumbnails import Thumbnails


class Library(QObject):
    """Holds the listing. ``reset`` comes after other samples were read, ``relabelled`` after labels changed.

    ``problem`` carries a sentence and details when the project could not be read.
    """

    reset = Signal()
    relabelled = Signal()
    problem = Signal(str, str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._project: Project | None = None
        self._job: Job | None = None
        self._again = False
        self.listing = Listing(Modality.IMAGE)
        self.classes: list[ClassInfo] = []
        self.thumbnails: Thumbnails | None = None
        self._tally: Counter[Label] = Counter()

    @property
    def class_names(self) -> list[str]:
        """The names of the project's classes, in order."""
        return [info.name for info in self.classes]

    def class_of_key(self, key: str) -> str | None:
        """Return the class that a key assigns."""
        return next((info.name for info in self.classes if info.key == key), None) if key else None

    @property
    def loading(self) -> bool:
        """Whether samples are being read."""
        return self._job is not None

    def counts(self) -> dict[str, int]:
        """Return how many samples each class has, in the project's order of classes."""
        found: Counter[str] = Counter()
        for label, number in self._tally.items():
            if number:
                found.update(dict.fromkeys(names_in(label), number))
        return {name: found.get(name, 0) for name in [*self.class_names, *sorted(set(found) - set(self.class_names))]}

    @property
    def labelled(self) -> int:
        """How many samples have a label."""
        return len(self.listing) - self._tally[None]

    def open(self, project: Project | None) -> None:
        """Read another project, or none."""
        self._project = project
        if self.thumbnails is not None:
            self.thumbnails.close()
        self.thumbnails = None
        self._clear()
        if project is not None:
            from labeling.thumbnails import Thumbnails

            self.thumbnails = Thumbnails(project.cache_path)
            self.reload()

    def thumbnail(self, path: str, content: str) -> QImage:
        """Return a thumbnail, null where there is none; for threads."""
        return thumbnail_image(self.thumbnails, path, content)

    def reload(self) -> None:
        """Read samples and labels anew; asked for while reading, it is done once more afterwards."""
        project = self._project
        if self._job is not None:
            self._again = True
            return
        self._again = False
        if project is None or project.count() == 0:
            self._clear()
            return
        job = self._background.start(lambda _job: _read(project), "Reading the project")
        self._job = job
        job.done.connect(self._take)
        job.failed.connect(lambda error: self._failed(project, error, job.details))
        job.finished.connect(self._finished)

    def relabel(self, labels: Mapping[str, Label]) -> None:
        """Follow labels that were just committed."""
        self._again = self._again or self.loading  # what is being read may be older
        for sample_id, label in labels.items():
            row = self.listing.rows.get(sample_id)
            if row is not None:
                self._tally[self.listing.labels[row]] -= 1
                self._tally[label] += 1
                self.listing.labels[row] = label
        named = {name for label in set(labels.values()) for name in names_in(label)}
        if not named <= set(self.class_names):
            self._read_classes()
        self.relabelled.emit()

    def skip(self, ids: Iterable[str], skipped: bool) -> None:
        """Follow samples that were passed over, or taken up again."""
        self._again = self._again or self.loading
        if skipped:
            self.listing.skipped.update(ids)
        else:
            self.listing.skipped.difference_update(ids)
        self.relabelled.emit()

    def reload_classes(self) -> None:
        """Read the classes anew after one was added or changed."""
        self._read_classes()
        self.relabelled.emit()

    def _read_classes(self) -> None:
        if self._project is not None:
            self._set_classes(self._project.classes())

    def _set_classes(self, classes: list[ClassInfo]) -> None:
        self.classes = classes
        theme().choose_class_colours([info.colour for info in classes])

    def _clear(self) -> None:
        self.listing = Listing(Modality.IMAGE)
        self._set_classes([])
        self._tally = Counter()
        self.reset.emit()

    def _take(self, read: tuple[Project, Listing, list[ClassInfo], Counter[Label]]) -> None:
        project, listing, classes, tally = read
        if project is not self._project or self._again:
            return
        if listing.same_samples(self.listing):
            self.listing.labels, self.listing.skipped = listing.labels, listing.skipped
            self._tally = tally
            self._set_classes(classes)
            self.relabelled.emit()
        else:
            self.listing, self._tally = listing, tally
            self._set_classes(classes)
            self.reset.emit()

    def _failed(self, project: Project, error: object, details: str) -> None:
        if project is self._project:
            self.problem.emit(explain(error), details)

    def _finished(self) -> None:
        self._job = None
        if self._again:
            self.reload()


def _read(project: Project) -> tuple[Project, Listing, list[ClassInfo], Counter[Label]]:
    listing = load(project)
    return project, listing, project.classes(), Counter(listing.labels)
