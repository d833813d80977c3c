"""From a drop to samples in the project: understand, show the sentence, read, add. All of it in the background."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.task import Modality
from studio.background import Job, explain
from studio.recent import fresh_project_path
from studio.session import Session

if TYPE_CHECKING:
    from labeling.batch import Batch
    from labeling.understanding import Understanding

_LOOKED_AT_ONCE = 1000  # more photos than this are shown first and searched for near-copies afterwards


class Intake(QObject):
    """Takes drops in, one after the other.

    ``working`` says what is being done and ``progress`` how far it is; ``understood`` shows the sentence and waits for
    :meth:`accept`, :meth:`refuse` or :meth:`pick`; ``idle`` comes when nothing is left to do. ``problems`` carries the
    files that were left out of what was just taken in.
    """

    working = Signal(str)
    progress = Signal(int, int)
    understood = Signal(object)
    problems = Signal(object, int)
    idle = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: deque[Path] = deque()
        self._job: Job | None = None
        self._shown: Understanding | None = None
        self._before: Understanding | None = None

    @property
    def busy(self) -> bool:
        """Whether a drop is being worked on or waits for the person."""
        return self._job is not None or self._shown is not None

    def begin(self, paths: list[Path]) -> None:
        """Take these files in, after those already waiting."""
        self._waiting.extend(paths)
        if not self.busy:
            self._next()

    def pick(self, field: str, option: str) -> None:
        """Understand the files shown anew, with another target or kind."""
        if self._shown is not None:
            self._understand(self._shown.source, self._shown.wish(field, option))

    def accept(self) -> None:
        """Read the files shown into the project."""
        shown, self._shown = self._shown, None
        if shown is not None:
            self._read(shown)

    def refuse(self) -> None:
        """Take nothing of the files shown."""
        self._shown = None
        self._next()

    def cancel(self) -> None:
        """Stop the work under way; nothing of it is taken in."""
        self._waiting.clear()
        if self._job is not None:
            self._job.cancel()

    def _next(self) -> None:
        if self._waiting:
            self._understand(self._waiting.popleft(), {})
        else:
            self.idle.emit()

    def _understand(self, source: Path, wish: dict[str, Any]) -> None:
        def work(job: Job) -> Understanding:
            from labeling.importing import understand

            return understand(source, progress=job.report, cancelled=job.cancelled, **wish)

        self._before, self._shown = self._shown, None
        self._start(work, f"Looking at “{source.name}”…").done.connect(self._show)

    def _show(self, understanding: Understanding) -> None:
        self._shown = understanding
        self.understood.emit(understanding)

    def _read(self, understanding: Understanding) -> None:
        session = self._session
        fresh = session.project is None
        if fresh and not session.new_project(fresh_project_path(understanding.source)):
            self._next()
            return
        project = session.project

        def work(job: Job) -> Batch:
            from labeling.importing import read

            later = understanding.modality is Modality.IMAGE and understanding.samples > _LOOKED_AT_ONCE
            seconds = 0.0 if later else None
            batch = read(understanding, look_seconds=seconds, progress=job.report, cancelled=job.cancelled)
            if project is not None and not job.cancelled():
                project.add(understanding, batch)
            return batch

        job = self._start(work, f"Taking in “{understanding.source.name}”…")
        job.done.connect(self._added)
        if fresh:
            job.stopped.connect(session.discard_empty_project)
            job.failed.connect(lambda _error: session.discard_empty_project())

    def _added(self, batch: Batch) -> None:
        self._session.library.reload()
        self._session.samples_changed.emit()
        self._session.look_on()
        if batch.problems:
            self.problems.emit(batch.problems, batch.frame.height)

    def _start(self, work: Callable[[Job], object], title: str) -> Job:
        job = self._session.background.start(work, title)
        self._job = job
        job.progress.connect(self.progress)
        job.failed.connect(self._failed)
        job.finished.connect(self._settled)
        self.working.emit(title)
        return job

    def _settled(self) -> None:
        self._job = None
        if self._shown is None:
            self._next()

    def _failed(self, error: object) -> None:
        if self._before is not None:
            self._show(self._before)
        details = self._job.details if self._job is not None else ""
        self._session.problem.emit(explain(error), details)
