"""Drives the studio from inside its own process and says what it measured, as one JSON line.

``python -m tests.benchmarks.studio_probe paint|drop|grid|train [PHOTOS|PROJECT] [BUDGET_S]``
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QPushButton
from typing_extensions import override

if TYPE_CHECKING:
    from studio.window import MainWindow

_PATIENCE_S = 60.0
_LOOK_MS = 10
_TICK_MS = 5
_ACT_MS = 700
_PAUSE_MS = 100
_STALL_S = 0.1
_LABELS = 40


class _FirstPaint(QObject):
    """Notices when the first widget is painted."""

    seen = False

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


class _Pulse(QObject):
    """A timer of 5 ms in the GUI thread; what lies between two ticks is how long a click would have waited."""

    def __init__(self) -> None:
        super().__init__()
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
        if self.gaps[-1] > _STALL_S:
            took, own = 1000 * self.gaps[-1], 1000 * self.busy[-1]
            print(f"stall of {took:.0f} ms ({own:.0f} computing) {now - self._begun:.1f} s in, after {self.doing}")
        self._last, self._worked = now, worked

    def figures(self) -> dict[str, float]:
        """Return the longest gap, what of it the GUI thread computed itself, and how many were too long."""
        worst = max(range(len(self.gaps)), key=self.gaps.__getitem__)
        return {
            "stall_ms": 1000 * self.gaps[worst],
            "stall_own_ms": 1000 * self.busy[worst],
            "stalls": float(sum(gap > _STALL_S for gap in self.gaps)),
            "ticks": float(len(self.gaps)),
        }


def _until(done: Callable[[], bool], what: str, patience_s: float = _PATIENCE_S) -> None:
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


def paint() -> dict[str, float]:
    """Return the unix time at which the first paint was through."""
    application, first = QApplication(sys.argv[:1]), _FirstPaint()
    application.installEventFilter(first)

    from studio.app import open_window

    _, window = open_window()
    while not first.seen:
        application.processEvents()
    painted = time.time()
    application.removeEventFilter(first)
    window.close()
    return {"painted": painted}


def _warm_window() -> MainWindow:
    """Return a window that has loaded and built all that it prepares while nothing happens."""
    from studio.app import open_window

    ready: list[bool] = []
    _, window = open_window()
    window.ready.connect(lambda: ready.append(True))
    _until(lambda: bool(ready), "the building of all screens")
    return window


def drop(photos: Path) -> dict[str, float]:
    """Drop a folder, take it in and label some photos; return how long that took and the longest stall on the way.

    ``drop_s`` runs from the drop until every tile in sight has its picture; the person answers at once.
    """
    _application = QApplication(sys.argv[:1])
    window = _warm_window()
    pulse, started = _Pulse(), time.monotonic()
    pulse.doing = "the drop"
    window.take_in([photos])
    _until(lambda: bool(_takers(window)), "the sentence")
    _takers(window)[0].click()
    _until(lambda: _all_seen(window), "the first page of the grid")
    usable = time.monotonic()
    pulse.doing = "labelling"
    window.go("label")
    for number in range(_LABELS):
        QTest.keyClick(window.page("label"), Qt.Key(Qt.Key.Key_1.value + number % 3))
        QTest.qWait(_PAUSE_MS)
    stall = pulse.figures()["stall_ms"]
    window.close()
    return {"drop_s": usable - started, "drop_stall_ms": stall}


def _takers(window: MainWindow) -> list[QPushButton]:
    buttons = window.findChildren(QPushButton)
    return [button for button in buttons if button.isVisible() and button.text() == "Take it in"]


def grid(project: Path) -> dict[str, float]:
    """Return the seconds from opening a project until the grid shows its first and, asked for, its last pictures."""
    _application = QApplication(sys.argv[:1])
    window = _warm_window()
    started = time.monotonic()
    window.session.open_project(project)
    window.go("data")
    _until(lambda: _all_seen(window), "the first page of the grid")
    usable = time.monotonic()
    view = _photos(window)
    view.scrollToBottom()
    _until(lambda: _all_seen(window), "the last page of the grid")
    jumped = time.monotonic()
    figures = {"grid_s": usable - started, "jump_s": jumped - usable, "pictures": float(view.model().rowCount())}
    window.close()
    return figures


def _photos(window: MainWindow) -> QListView:
    return next(view for view in window.findChildren(QListView) if view.accessibleName() == "Photos")


def _all_seen(window: MainWindow) -> bool:
    """Tell whether every tile in sight has its picture."""
    from studio.data.grid_model import PIXMAP

    view = _photos(window)
    if not view.isVisible() or not view.gridSize().isValid():
        return False
    tile, sight = view.gridSize(), view.viewport().rect()
    across = range(tile.width() // 2, sight.width(), tile.width())
    down = range(1, sight.height(), tile.height() // 2)
    tiles = [view.indexAt(QPoint(x, y)) for x in across for y in down]
    there = [index for index in tiles if index.isValid()]
    pictures = [index.data(PIXMAP) for index in there]
    return bool(there) and all(picture is not None and not picture.isNull() for picture in pictures)


def train(project: Path, budget_s: float) -> dict[str, float]:
    """Train in the window, walk about in it all the while, and return how long it ever stood still."""
    _application = QApplication(sys.argv[:1])
    window = _warm_window()
    session = window.session
    session.open_project(project)
    _until(lambda: not session.library.loading, "the reading of the project")
    window.go("train")
    ended: list[object] = []
    session.run_ended.connect(ended.append)
    session.run_lost.connect(lambda: ended.append(None))
    pulse, walk = _Pulse(), QTimer(interval=_ACT_MS)
    steps = itertools.cycle(("train", "data", "scroll", "results", "label", "train", "try_it", "share"))
    walk.timeout.connect(lambda: _act(window, next(steps), pulse))
    walk.start()
    pulse.doing = "the press of Train"
    session.start_run(budget_s)
    _until(lambda: bool(ended), "the end of the run", budget_s + _PATIENCE_S)
    walk.stop()
    figures = pulse.figures()
    result = ended[0]
    if not isinstance(result, dict):
        raise RuntimeError("the run ended without a result")
    window.close()
    return {**figures, "t_first_s": float(result["t_first_s"])}


def _act(window: MainWindow, step: str, pulse: _Pulse) -> None:
    """Do what a person might: look at another screen, scroll through the photos."""
    pulse.doing = step
    if step == "scroll":
        bar = _photos(window).verticalScrollBar()
        bar.setValue((bar.value() + bar.pageStep() * 3) % max(1, bar.maximum()))
    else:
        window.go(step)


def main(words: list[str]) -> None:
    """Measure one thing and print it."""
    probe, *rest = words
    if probe == "paint":
        found = paint()
    elif probe == "drop":
        found = drop(Path(rest[0]))
    elif probe == "grid":
        found = grid(Path(rest[0]))
    else:
        found = train(Path(rest[0]), float(rest[1]))
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
