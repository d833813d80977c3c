"""Changes what the columns of the project's table are used as; the table is read anew in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.background import Job, explain
from studio.session import Session

if TYPE_CHECKING:
    from labeling.batch import Batch
    from labeling.project import Project
    from labeling.project.columns import TableSource
    from labeling.tables.anew import Offered
    from labeling.understanding import Understanding
    from studio.data.column_table import Chosen


class Recolumning(QObject):
    """``offered`` carries the columns (a list) and the one that is predicted; ``changed`` comes after a change."""

    offered = Signal(object, str)
    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._busy = False

    @property
    def possible(self) -> bool:
        """Whether the project holds a table, whose columns can be changed now."""
        listing = self._session.library.listing
        return listing.is_table and listing.target is not None and not self._busy

    def begin(self) -> None:
        """Look at what each column of the project's table can be."""
        project = self._session.project
        if project is not None and self.possible:
            sources = project.table_sources()
            if sources:
                self.look_at(sources[0].understanding)
            else:
                self._session.message.emit(
                    "info", "The columns of these rows are fixed by the data set they come from."
                )

    def look_at(self, understanding: Understanding) -> None:
        """Look at what each column of a table can be."""

        def work(_job: Job) -> list[Offered]:
            from labeling.tables.anew import offered

            return offered(understanding)

        job = self._start(work, "Looking at the columns")
        job.done.connect(lambda found: self.offered.emit(found, understanding.target or ""))

    def apply(self, chosen: Chosen) -> None:
        """Read the table anew as the person wants it."""
        project = self._session.project
        if project is None:
            return

        def work(job: Job) -> None:
            project.change_columns([_read(source, chosen, job) for source in project.table_sources()])

        self._start(work, "Reading the table anew").done.connect(lambda _nothing: self._changed(project))

    def _start(self, work: Callable[[Job], object], title: str) -> Job:
        self._busy = True
        job = self._session.background.start(work, title)
        job.failed.connect(lambda error: self._session.message.emit("warning", explain(error)))
        job.finished.connect(self._finish)
        return job

    def _finish(self) -> None:
        self._busy = False

    def _changed(self, project: Project) -> None:
        if self._session.project is project:
            self._session.library.reload()
            self._session.labels_changed.emit()
            self.changed.emit()


def _read(source: TableSource, chosen: Chosen, job: Job) -> tuple[TableSource, Understanding, Batch]:
    from labeling.tables.anew import read_anew

    before = dict(source.understanding.types)
    return source, *read_anew(source.understanding, chosen.target, {**before, **chosen.types}, job.cancelled)
