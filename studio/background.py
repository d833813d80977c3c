"""Work that must not hold up the window: threads with progress, cancel and an answer.

A piece of work is a function of one :class:`Job`; it reports with :meth:`Job.report` and stops soon after
:meth:`Job.cancelled` turns true. All signals arrive in the GUI thread.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal

_REPORT_EVERY_S = 0.1


class Job(QObject):
    """One piece of work under way. One of ``done``, ``failed`` and ``stopped`` is emitted, then ``finished``.

    Work that was cancelled counts as stopped, however it went, unless it said by :meth:`keep` that what it did stays.
    """

    progress = Signal(int, int)
    said = Signal(str)
    done = Signal(object)
    failed = Signal(object)
    stopped = Signal()
    finished = Signal()
    _advanced = Signal(int, int)
    _told = Signal(str)
    _ended = Signal(str, object)

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.title = title
        self.details = ""
        self._cancel = threading.Event()
        self._kept = False
        self._reported = 0.0
        self._advanced.connect(self.progress, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self.said, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._settle, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._cancel.set()

    def cancelled(self) -> bool:
        """Tell whether the work was asked to stop."""
        return self._cancel.is_set()

    def keep(self) -> None:
        """Say, from the working thread, that what was asked for is done and stays: a cancel is too late now."""
        self._kept = True

    @property
    def kept(self) -> bool:
        """Whether a cancel is too late."""
        return self._kept

    def say(self, sentence: str) -> None:
        """Tell, from the working thread, what is being done."""
        self._told.emit(sentence)

    def report(self, done: int, total: int) -> None:
        """Report progress; may be called as often as one likes, from the working thread."""
        now = time.monotonic()
        if done >= total > 0 or now - self._reported >= _REPORT_EVERY_S:
            self._reported = now
            self._advanced.emit(done, total)

    def run(self, work: Callable[[Job], object]) -> None:
        """Do the work in the calling thread and announce how it went."""
        try:
            result = work(self)
        except Exception as error:  # the edge of a thread: whatever happened is shown, not lost
            self.details = traceback.format_exc()
            self._ended.emit("failed", error)
        else:
            self._ended.emit("done", result)

    def _settle(self, how: str, value: object) -> None:
        if self.cancelled() and not (self._kept and how == "done"):
            self.stopped.emit()
        elif how == "done":
            self.done.emit(value)
        else:
            self.failed.emit(value)
        self.finished.emit()


class Background:
    """A small pool of threads that starts jobs and waits for them at the end."""

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="studio")
        self._jobs: dict[Job, Future[None]] = {}

    def start(self, work: Callable[[Job], object], title: str = "") -> Job:
        """Start work in a thread; connect to the returned job's signals before control returns to Qt."""
        job = Job(title)
        self._jobs[job] = self._pool.submit(job.run, work)
        job.finished.connect(lambda: self._jobs.pop(job, None))
        return job

    @property
    def busy(self) -> bool:
        """Whether any job has not settled yet."""
        return bool(self._jobs)

    def close(self) -> None:
        """Cancel all jobs and wait until no thread is left."""
        for job in list(self._jobs):
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)


def explain(error: object) -> str:
    """Return the sentence a person is shown for an error.

    Errors of the engine, the project and the exporters already are sentences; anything else is named.

    >>> explain(ValueError("bad header"))
    'Something unexpected happened (ValueError: bad header). Nothing was lost.'
    """
    modules = ("engine.", "labeling.", "exporters.")
    if isinstance(error, Exception) and type(error).__module__.startswith(modules):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename or 'a file'}. Nothing was lost."
    return f"Something unexpected happened ({type(error).__name__}: {error}). Nothing was lost."
