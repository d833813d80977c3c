"""Follows one run: tails its events about ten times a second and notices when its worker is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from engine.events import Event
    from engine.run.folder import RunFolder
    from engine.worker.handle import WorkerHandle

_POLL_MS = 100
_ALIVE_EVERY = 10


class RunWatch(QObject):
    """Emits ``happened`` for each line of the run, ``ended`` after its last, ``lost`` when the worker died too soon."""

    happened = Signal(object)
    ended = Signal()
    lost = Signal()

    def __init__(self, run: RunFolder, handle: WorkerHandle | None, parent: QObject | None = None) -> None:
        from engine.run.tail import EventTail

        super().__init__(parent)
        self.run = run
        self.handle = handle
        self._tail = EventTail(run.events_path, last_beat=True)
        self._last: Event | None = None
        self._polls = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.poll)
        if handle is not None:
            self._timer.start()

    def poll(self) -> None:
        """Emit what was written since the last time."""
        gone = self._looks_dead() or self.handle is None
        for event in self._tail.poll():
            self._last = event
            self.happened.emit(event)
            if event.type == "stopped":
                self._end()
                return
        unsaid = unsaid_end(self.run, self._last) if gone else None
        if unsaid is not None:
            self.happened.emit(unsaid)
            self._end()
        elif gone and self.handle is not None:
            self.stop()
            self.lost.emit()

    def stop(self) -> None:
        """Follow no longer; the run itself goes on."""
        self._timer.stop()

    def _end(self) -> None:
        self.stop()
        self.ended.emit()

    def _looks_dead(self) -> bool:
        """Ask, once a second and before reading, whether the worker is gone: what it wrote last is then read too."""
        self._polls += 1
        return self.handle is not None and self._polls % _ALIVE_EVERY == 0 and not self.handle.alive()


def unsaid_end(run: RunFolder, last: Event | None) -> Event | None:
    """Return the end of a run whose worker went after it wrote the result and before it said so; None for others.

    ``last`` is what it said last.
    """
    from engine.events import Event

    result = run.result()
    if result is None or (last is not None and last.type == "stopped"):
        return None
    seq, moment, active_s = (last.seq + 1, last.time, last.active_s) if last is not None else (0, 0.0, 0.0)
    return Event(seq, moment, active_s, "stopped", {"reason": result["stopped_because"], "result": result})
