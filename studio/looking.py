"""Searches a project's photos for near-copies after they were taken in, while the person goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.background import Background, Job, explain

if TYPE_CHECKING:
    from labeling.project import Project

_AT_ONCE = 500  # few commits: while one reaches the disk, a label has to wait
_PATIENCE_MS = 1500


class Looking(QObject):
    """One thread that looks at photos, some hundred at a time, once those in sight had the time to be shown.

    Stopped and started again it goes on with those that are left. At the end comes ``looked``, if there were any, and
    ``found_broken`` tells how many of them cannot be opened; ``problem`` carries a sentence and details when the
    project could not be written.
    """

    looked = Signal()
    found_broken = Signal(int)
    problem = Signal(str, str)
    _met_broken = Signal(object, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(threads=1)
        self._project: Project | None = None
        self._job: Job | None = None
        self._broken = 0
        self._counted: Project | None = None  # whose photos are counted
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._begin)
        self._met_broken.connect(self._count_broken)

    @property
    def busy(self) -> bool:
        """Whether photos are, or soon will be, looked at."""
        return self._patience.isActive() or self._background.busy

    def start(self, project: Project) -> None:
        """Look at the photos of a project that were not looked at yet, soon."""
        self.stop()
        if project is not self._counted:
            self._counted, self._broken = project, 0
        self._project = project
        self._patience.start()

    def stop(self) -> None:
        """Stop after the photo being looked at, without waiting for it; what comes of it is no longer told.

        What was seen is kept, unless the project is closed by then.
        """
        self._patience.stop()
        self._project = None
        if self._job is not None:
            self._job.cancel()
        self._job = None

    def close(self) -> None:
        """Stop for good, and wait for the photo being looked at."""
        self.stop()
        self._background.close()

    def _begin(self) -> None:
        project = self._project
        if project is None:
            return
        self._job = job = self._background.start(lambda job: self._look(project, job), "Searching for near-copies")
        job.done.connect(self._tell)
        job.failed.connect(lambda error: self.problem.emit(explain(error), job.details))

    def _look(self, project: Project, job: Job) -> bool:
        """Look at what was not looked at; return whether there was anything."""
        numbers = project.unseen()
        for start in range(0, len(numbers), _AT_ONCE):
            broken = project.look_at(numbers[start : start + _AT_ONCE], cancelled=job.cancelled)
            if broken:
                self._met_broken.emit(project, broken)
            if job.cancelled():
                break
        return bool(numbers)

    def _count_broken(self, project: Project, broken: int) -> None:
        if project is self._counted:
            self._broken += broken

    def _tell(self, any_looked_at: bool) -> None:
        if any_looked_at:
            self.looked.emit()
        broken, self._broken = self._broken, 0
        if broken:
            self.found_broken.emit(broken)
