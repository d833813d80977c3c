"""What probes of the studio share: a window that is ready, a pulse that notices stalls, and what is in sight."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QListView, QPushButton
from typing_extensions import override

if TYPE_CHECKING:
    from studio.window import MainWindow

PATIENCE_S = 60.0
_LOOK_MS = 10
_TICK_MS = 5
STALL_S = 0.1


class Pulse(QObject):
    """A timer of 5 ms in the GUI thread; what lies between two ticks is how long a click would have waited."""

    def __init__(self, stall_s: float = STALL_S) -> None:
        super().__init__()
        self._stall_s = stall_s
        self.gaps: list[float] = []
        self.busy: list[float] = []
        self.doing = ""
        self._timer = QTimer(self, interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._begun = self._last = time.monotonic()
        self._worked = time.thread_time()
        self._timer.start()

    def _tick(self) -> None:
        now, worked = time.monotonic(), time.thread_time()
        self.gaps.append(now - self._last)
        self.busy.append(worked - self._worked)
        if self.gaps[-1] > self._stall_s:
            took, own = 1000 * self.gaps[-1], 1000 * self.busy[-1]
            print(f"stall of {took:.0f} ms ({own:.0f} computing) {now - self._begun:.1f} s in, after {self.doing}")
        self._last, self._worked = now, worked

    def figures(self) -> dict[str, float]:
        """Return the longest gap, what of it the GUI thread computed itself, and how many were too long."""
        worst = max(range(len(self.gaps)), key=self.gaps.__getitem__)
        return {
            "stall_ms": 1000 * self.gaps[worst],
            "stall_own_ms": 1000 * self.busy[worst],
            "stalls": float(sum(gap > self._stall_s for gap in self.gaps)),
            "ticks": float(len(self.gaps)),
        }


class Painted(QObject):
    """Notices the first paint of what it filters the events of."""

    seen = False

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def until(done: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Let Qt work until something is so.

    Raises:
        TimeoutError: it took too long.
    """
    limit, loop = time.monotonic() + patience_s, QEventLoop()
    timer = QTimer(interval=_LOOK_MS)
    timer.timeout.connect(lambda: loop.quit() if done() or time.monotonic() > limit else None)
    timer.start()
    loop.exec()
    if not done():
        raise TimeoutError(f"{what} did not happen within {patience_s:.0f} s")


def warm_window() -> MainWindow:
    """Return a window that has loaded and built all that it prepares while nothing happens."""
    from studio.app import open_window

    ready: list[bool] = []
    _, window = open_window()
    window.ready.connect(lambda: ready.append(True))
    until(lambda: bool(ready), "the building of all screens")
    return window


def takers(window: MainWindow) -> list[QPushButton]:
    """Return the button that takes in what was dropped, once it is there."""
    buttons = window.findChildren(QPushButton)
    return [button for button in buttons if button.isVisible() and button.text() == "Take it in"]


def photos_in(window: MainWindow) -> QListView:
    """Return the grid of photos."""
    return next(view for view in window.findChildren(QListView) if view.accessibleName() == "Photos")


def all_seen(window: MainWindow) -> bool:
    """Tell whether every tile in sight has its picture."""
    from studio.data.grid_model import PIXMAP

    view = photos_in(window)
    if not view.isVisible() or not view.gridSize().isValid():
        return False
    tile, sight = view.gridSize(), view.viewport().rect()
    across = range(tile.width() // 2, sight.width(), tile.width())
    down = range(1, sight.height(), tile.height() // 2)
    tiles = [view.indexAt(QPoint(x, y)) for x in across for y in down]
    there = [index for index in tiles if index.isValid()]
    pictures = [index.data(PIXMAP) for index in there]
    return bool(there) and all(picture is not None and not picture.isNull() for picture in pictures)
