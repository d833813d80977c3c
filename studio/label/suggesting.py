"""What the machine suggests while a person labels: looks at the samples in a process, refits in a thread.

Nothing here holds up the window: the process hands over features in a thread of its own, and a head is fitted in
another after labels changed, once ten have or a second has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from labeling.suggest.model import Suggestions
from studio.background import Background, Job, explain
from studio.describing import Material, groups_of, material_of, suggested
from studio.library import Library

if TYPE_CHECKING:
    from engine.arrays import IntArray
    from engine.worker.describer_handle import DescriberHandle, Told
    from labeling.project import Project
    from labeling.suggest.pool import Pool

_PAUSE_MS = 1000
_LABELS = 10
_MORE_MS = 3000  # how often what came of the samples meanwhile is worth another fit
PATIENCE_MS = 2000  # until the samples in sight had the time to be shown
_FAREWELL_S = 5.0
_FIRST = 2000  # labelled samples that are looked at before others


class Suggesting(QObject):
    """Suggestions for the open project, made anew after labels changed.

    ``changed`` comes with other suggestions, ``progressed`` after more samples were looked at; ``problem`` carries a
    sentence and details.
    """

    changed = Signal()
    progressed = Signal()
    problem = Signal(str, str)
    _came = Signal(object)
    _ended = Signal(object, str)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._background = Background(threads=1)
        self._project: Project | None = None
        self._material: Material | None = None
        self._pool: Pool | None = None
        self._finer: Pool | None = None
        self._handle: DescriberHandle | None = None
        self._left: list[DescriberHandle] = []
        self._reading: Job | None = None
        self._fitting: Job | None = None
        self._copying: Job | None = None
        self._resting = True
        self._complete = False
        self._labels = 0
        self._again = False
        self.suggestions = Suggestions()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._fit)
        self._more = QTimer(self, singleShot=True, interval=_MORE_MS)
        self._more.timeout.connect(self._fit)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._read)
        library.reset.connect(self._start_anew)
        library.relabelled.connect(self._relabelled)
        self._came.connect(self._note_more)
        self._ended.connect(self._note_end)

    @property
    def looked_at(self) -> tuple[int, int]:
        """How many samples were looked at, and how many there are."""
        return (len(self._pool), self._pool.total) if self._pool is not None else (0, len(self._library.listing))

    @property
    def busy(self) -> bool:
        """Whether samples are, or soon will be, looked at, or a head is fitted."""
        timers = (self._patience, self._pause, self._more)
        return self._handle is not None or self._background.busy or any(timer.isActive() for timer in timers)

    def open(self, project: Project | None) -> None:
        """Suggest for another project, or none, once :meth:`go_on` allows it."""
        self.rest()
        self._project = project
        self._forget()

    def go_on(self) -> None:
        """Look at the samples that were not looked at yet, soon."""
        self._resting = False
        if self._project is not None and len(self._library.listing) and not self._complete and self._handle is None:
            self._patience.start()

    def rest(self) -> None:
        """Look at no more samples, at once: the computer is needed for something else. Suggestions go on."""
        self._resting = True
        self._patience.stop()
        self._leave()

    def _leave(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._left = [*(handle for handle in self._left if not handle.wait(0)), self._handle]
        self._handle = None

    def find_copies(self) -> None:
        """Search for near-copies anew: more photos were looked at."""
        project, before = self._project, self._material
        if project is None or before is None:
            return

        def take(groups: IntArray) -> None:
            if self._material is before and len(groups) == len(before.ids):
                self._material = replace(before, groups=groups)
                self.changed.emit()

        if self._copying is not None:
            self._copying.cancel()
        self._copying = job = self._background.start(lambda _job: groups_of(project), "Searching for near-copies")
        job.done.connect(take)
        job.failed.connect(lambda error: self.problem.emit(explain(error), job.details))

    def copies_of(self, sample_id: str) -> list[str]:
        """Return the samples that are nearly the same as one and labelled like it, or neither is labelled.

        There are none while that is not known.
        """
        material, listing = self._material, self._library.listing
        row = listing.rows.get(sample_id)
        if material is None or row is None or len(material.ids) != len(listing):
            return []
        alike = (material.groups == material.groups[row]).nonzero()[0]
        mine = listing.labels[row]
        return [listing.ids[other] for other in alike if other != row and listing.labels[other] == mine]

    def wish(self, ids: Sequence[str]) -> None:
        """Have these samples looked at next."""
        if self._handle is not None and self._material is not None:
            rows = self._library.listing.rows
            self._handle.wish([rows[key] for key in ids if key in rows])

    def close(self) -> None:
        """Stop for good."""
        self.open(None)
        self._background.close()
        for handle in self._left:
            handle.wait(_FAREWELL_S)

    # -- looking at the samples ----------------------------------------------------------------------------------

    def _forget(self) -> None:
        for timer in (self._pause, self._more):
            timer.stop()
        self._material = self._pool = self._finer = None
        self._complete, self._labels, self._again = False, 0, False
        for job in (self._reading, self._fitting, self._copying):
            if job is not None:
                job.cancel()
        self._reading = self._fitting = self._copying = None
        self._publish(Suggestions())

    def _start_anew(self) -> None:
        resting = self._resting
        self.rest()
        self._forget()
        if not resting:
            self.go_on()

    def _read(self) -> None:
        project = self._project
        if project is None or self._resting or self._handle is not None or self._reading is not None:
            return
        known = self._material
        self._reading = job = self._background.start(
            lambda _job: known or material_of(project), "Looking at the samples"
        )
        job.done.connect(lambda material: self._begin(job, material))
        job.failed.connect(lambda error: self.problem.emit(explain(error), job.details))
        job.finished.connect(lambda: self._read_over(job))

    def _read_over(self, job: Job) -> None:
        if self._reading is job:
            self._reading = None

    def _begin(self, job: Job, material: Material | None) -> None:
        if self._reading is not job or material is None or self._project is None:
            return
        from engine.worker.describer_handle import DescriberHandle
        from labeling.suggest.pool import Pool

        if self._material is None:
            self._material, self._pool, self._finer = material, Pool(), Pool()
        pool, finer = self._pool, self._finer
        assert pool is not None and finer is not None

        def take(told: Told) -> None:
            (finer if told.look else pool).add(told.total, told.rows, told.features)
            if not told.look:
                self._came.emit(pool)

        if self._resting:
            return
        try:
            self._handle = DescriberHandle(material.request, take, lambda said: self._ended.emit(pool, said))
        except OSError as error:
            self.problem.emit(explain(error), "")
            return
        listing = self._library.listing
        labelled = [key for key, label in zip(listing.ids, listing.labels, strict=True) if label is not None]
        self.wish(labelled[:_FIRST])

    def _note_more(self, pool: object) -> None:
        if pool is self._pool and self._pool is not None:
            self.progressed.emit()
            if not self._more.isActive():
                self._more.start()

    def _note_end(self, pool: object, said: str) -> None:
        if pool is not self._pool or self._handle is None:
            return
        self._leave()
        self._complete = not said
        if self._complete and self._finer is not None and self._finer.total:
            self._pool = self._finer  # what was looked at a second time tells more
        if said:
            self.problem.emit(said, "")
        self._more.stop()
        self._fit()

    # -- suggesting ----------------------------------------------------------------------------------------------

    def _relabelled(self) -> None:
        self._labels += 1
        if self._labels >= _LABELS:
            self._pause.stop()
            self._fit()
        else:
            self._pause.start()

    def _fit(self) -> None:
        """Fit in the background; asked for while fitting, it is done once more afterwards."""
        project, material, pool = self._project, self._material, self._pool
        if project is None or material is None or pool is None:
            return
        if self._fitting is not None:
            self._again = True
            return
        self._again, self._labels = False, 0
        self._pause.stop()
        labels = list(self._library.listing.labels)
        names = self._library.class_names
        if len(labels) != len(material.ids):
            return  # other samples are being read
        job = self._background.start(lambda _job: suggested(project, material, pool, labels, names), "Suggesting")
        self._fitting = job
        job.done.connect(lambda found: self._take(job, found))
        job.failed.connect(lambda error: self.problem.emit(explain(error), job.details))
        job.finished.connect(lambda: self._fitted(job))

    def _take(self, job: Job, suggestions: Suggestions) -> None:
        if job is self._fitting:
            self._publish(suggestions)

    def _fitted(self, job: Job) -> None:
        if job is self._fitting:
            self._fitting = None
            if self._again:
                self._fit()

    def _publish(self, suggestions: Suggestions) -> None:
        if suggestions.order or self.suggestions.order:
            self.suggestions = suggestions
            self.changed.emit()
