"""From a drop to samples in the project: understand, show the sentence, read, add. All of it in the background."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.task import Modality
from studio.background import Job, explain
from studio.recent import fresh_project_path
from studio.session import Session

if TYPE_CHECKING:
    from labeling.batch import Batch
    from labeling.project import Added, Project
    from labeling.selection import Selection
    from labeling.understanding import Understanding
    from studio.data.column_table import Chosen

_LOOKED_AT_ONCE = 1000  # more photos than this are shown first and searched for near-copies afterwards


class Intake(QObject):
    """Takes drops in, one after the other.

    ``working`` says what is being done and ``progress`` how far it is; ``understood`` shows the sentence and waits for
    :meth:`accept`, :meth:`refuse` or :meth:`pick`; ``idle`` comes when nothing is left to do. ``problems`` carries what
    was left out of what was just taken in, how much was, and whether some of it was mended rather than left out.
    """

    working = Signal(str)
    progress = Signal(int, int)
    understood = Signal(object)
    problems = Signal(object, int, bool)
    idle = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: deque[Selection] = deque()
        self._dropped: deque[list[Path]] = deque()
        self._job: Job | None = None
        self._shown: Understanding | None = None
        self._before: Understanding | None = None
        self._fresh: Project | None = None
        self._into: Project | None = None  # what was open when the work under way began
        session.project_changed.connect(self._stop_for_another)

    @property
    def busy(self) -> bool:
        """Whether a drop is being worked on or waits for the person."""
        return self._job is not None or self._shown is not None

    def begin(self, paths: list[Path]) -> None:
        """Take these files in, after those already waiting; what belongs together is taken in as one."""
        if not self.busy:
            self._group(paths)
        else:
            self._dropped.append(paths)

    def pick(self, field: str, option: str) -> None:
        """Understand the files shown anew, with another target or kind; what is kept apart changes nothing else."""
        shown = self._shown
        if shown is not None and field == "apart":  # anew, a further table would no longer be read as the first one
            self._show(replace(shown, apart=shown.wish(field, option)["apart"]))
        elif shown is not None:
            self._understand(shown.source, shown.chosen, shown.place, shown.wish(field, option))

    @property
    def shown(self) -> Understanding | None:
        """What waits for the person."""
        return self._shown

    def use_columns(self, chosen: Chosen) -> None:
        """Understand the table shown anew, with columns used otherwise."""
        shown = self._shown
        if shown is not None:
            same = chosen.target == shown.target
            wish = {
                "target": chosen.target,
                "kind": shown.kind if same else None,
                "kept": tuple(name for name in shown.kept if name != chosen.target),
                "types": {**dict(shown.types), **chosen.types},
                "apart": shown.apart,
            }
            self._understand(shown.source, shown.chosen, shown.place, wish)

    def accept(self) -> None:
        """Read the files shown into the project."""
        shown, self._shown = self._shown, None
        if shown is not None:
            self._read(shown)

    def refuse(self) -> None:
        """Take nothing of the files shown; what was unpacked to look at them is removed."""
        shown, self._shown = self._shown, None
        self._before = None
        if shown is not None:
            self._release(shown.source)
        self._next()

    def cancel(self) -> None:
        """Stop the work under way; nothing of it is taken in."""
        self._waiting.clear()
        self._dropped.clear()
        if self._job is not None:
            self._job.cancel()

    def _stop_for_another(self) -> None:
        """Stop what is being taken into a project that was closed; it is neither shown again nor read into another."""
        if self._job is not None and self._into is not None and self._into is not self._session.project:
            self._before = None
            self.cancel()

    def _next(self) -> None:
        if self._waiting:
            selection = self._waiting.popleft()
            self._understand(selection.path, selection.chosen, selection.title, {})
        elif self._dropped:
            self._group(self._dropped.popleft())
        else:
            self.idle.emit()

    def _group(self, paths: list[Path]) -> None:
        def work(_job: Job) -> list[Selection]:
            from labeling.selection import grouped

            return grouped(paths)

        self._before = None
        self._start(work, "Looking at what was dropped…").done.connect(self._waiting.extend)

    def _understand(self, source: Path, chosen: tuple[str, ...], title: str, wish: dict[str, Any]) -> None:
        project = self._session.project

        def work(job: Job) -> Understanding:
            from labeling.importing import understand
            from labeling.tables.further import as_before

            found = understand(source, chosen=chosen, progress=job.report, cancelled=job.cancelled, **wish)
            held = project.table_sources() if wish and project is not None else []
            there = held[-1].understanding if held else found
            if (found.target, found.kind) != (there.target, there.kind):
                return found  # what the person chose; it is refused when it is to be taken in
            return as_before(project, found)

        before = self._before = self._shown
        self._shown = None
        job = self._start(work, f"Looking at {title}…")
        job.done.connect(self._show)
        if before is not None:
            job.stopped.connect(lambda: self._release(before.source))

    def _release(self, source: Path) -> None:
        def work(_job: Job) -> None:
            from labeling.unpacked import release

            release(source)

        self._session.background.start(work, "Tidying up")

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

        self._before, self._fresh = understanding, project if fresh else None
        job = self._start(lambda job: _take_in(job, understanding, project), f"Taking in {understanding.place}…")
        job.done.connect(lambda outcome: self._added(project, understanding, *outcome))
        job.stopped.connect(self._discard_fresh)

    def _added(self, project: Project | None, understanding: Understanding, batch: Batch, added: Added | None) -> None:
        self._before = self._fresh = None
        if self._session.project is not project:
            return  # another one was opened meanwhile; what was taken in is there when this one is opened again
        self._session.library.reload()
        self._session.samples_changed.emit()
        self._session.look_on()
        if added is not None and added.known:
            self._session.message.emit("info", _known(understanding, added))
        for sentence in added.told if added is not None else ():
            self._session.message.emit("info", sentence)
        if batch.problems:
            taken = set(batch.frame["id"])
            mended = any(problem.path in taken for problem in batch.problems)
            self.problems.emit(batch.problems, batch.frame.height, mended)

    def _start(self, work: Callable[[Job], object], title: str) -> Job:
        job = self._session.background.start(work, title)
        self._job, self._into = job, self._session.project
        job.progress.connect(self.progress)
        job.failed.connect(self._failed)
        job.finished.connect(self._settled)
        self.working.emit(title)
        return job

    def _settled(self) -> None:
        self._job = None
        if self._shown is None:
            self._next()

    def _discard_fresh(self) -> None:
        """Remove the project that was made for what was then not taken into it."""
        self._into = None  # that it is closed here is no wish to stop
        fresh, self._fresh = self._fresh, None
        self._session.discard_empty(fresh)

    def _failed(self, error: object) -> None:
        self._discard_fresh()
        if self._before is not None and self._before.source.exists():  # else it was unpacked, and is gone
            self._show(self._before)
        details = self._job.details if self._job is not None else ""
        self._session.problem.emit(explain(error), details)


def _take_in(job: Job, understanding: Understanding, project: Project | None) -> tuple[Batch, Added | None]:
    """Read what was understood and add it to the project.

    What was unpacked goes where this is cancelled or nothing is new; it stays where the project refers to it, and where
    this fails: the person can choose otherwise.
    """
    from labeling.importing import read
    from labeling.unpacked import release

    later = understanding.modality is Modality.IMAGE and understanding.samples > _LOOKED_AT_ONCE
    seconds = 0.0 if later else None
    added = None
    try:
        batch = read(understanding, look_seconds=seconds, progress=job.report, cancelled=job.cancelled)
        if project is not None and not job.cancelled():
            added = project.add(understanding, batch)
            job.keep()
    finally:
        if job.cancelled() if added is None else not added.new:
            release(understanding.source)
    return batch, added


def _known(understanding: Understanding, added: Added) -> str:
    """Say how many samples were in the project before."""
    from labeling.understanding import NOUNS, count

    there = count(added.known, NOUNS[understanding.modality])
    one = added.known == 1
    labels = f" {added.labelled:,} of them had no label and got one." if added.labelled else ""
    if not added.new:
        nothing = "" if added.labelled else "Nothing new: "
        return f"{nothing}{there} of {understanding.place} {'is' if one else 'are'} here already.{labels}"
    return f"{there} of {understanding.place} {'was' if one else 'were'} here already, and not taken twice.{labels}"
