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
        self._polls = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.poll)
        if handle is not None:
            self._timer.start()

    def poll(self) -> None:
        """Emit what was written since the last time."""
        dead = self._looks_dead()
        for event in self._tail.poll():
            self._emit(event)
            if event.type == "stopped":
                self.stop()
                self.ended.emit()
                return
        if dead:
            self.stop()
            self.lost.emit()

    def stop(self) -> None:
        """Follow no longer; the run itself goes on."""
        self._timer.stop()

    def _emit(self, event: Event) -> None:
        self.happened.emit(event)

    def _looks_dead(self) -> bool:
        """Ask, once a second and before reading, whether the worker is gone: what it wrote last is then read too."""
        self._polls += 1
        return self.handle is not None and self._polls % _ALIVE_EVERY == 0 and not self.handle.alive()
