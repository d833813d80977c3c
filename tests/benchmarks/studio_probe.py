"""Drives the studio from inside its own process and says what it measured, as one JSON line.

``python -m tests.benchmarks.studio_probe paint|drop|grid|train [PHOTOS|PROJECT] [BUDGET_S]``
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.benchmarks.probing import PATIENCE_S, Painted, Pulse, all_seen, photos_in, takers, until, warm_window

if TYPE_CHECKING:
    from studio.window import MainWindow

_ACT_MS = 700
_PAUSE_MS = 100
_LABELS = 40


def paint() -> dict[str, float]:
    """Return the unix time at which the first paint was through."""
    application, first = QApplication(sys.argv[:1]), Painted()
    application.installEventFilter(first)

    from studio.app import open_window

    _, window = open_window()
    while not first.seen:
        application.processEvents()
    painted = time.time()
    application.removeEventFilter(first)
    window.close()
    return {"painted": painted}


def drop(photos: Path) -> dict[str, float]:
    """Drop a folder, take it in and label some photos; return how long that took and the longest stall on the way.

    ``drop_s`` runs from the drop until every tile in sight has its picture; the person answers at once.
    """
    _application = QApplication(sys.argv[:1])
    window = warm_window()
    pulse, started = Pulse(), time.monotonic()
    pulse.doing = "the drop"
    window.take_in([photos])
    until(lambda: bool(takers(window)), "the sentence")
    takers(window)[0].click()
    until(lambda: all_seen(window), "the first page of the grid")
    usable = time.monotonic()
    pulse.doing = "labelling"
    window.go("label")
    for number in range(_LABELS):
        QTest.keyClick(window.page("label"), Qt.Key(Qt.Key.Key_1.value + number % 3))
        QTest.qWait(_PAUSE_MS)
    stall = pulse.figures()["stall_ms"]
    window.close()
    return {"drop_s": usable - started, "drop_stall_ms": stall}


def grid(project: Path) -> dict[str, float]:
    """Return the seconds from opening a project until the grid shows its first and, asked for, its last pictures."""
    _application = QApplication(sys.argv[:1])
    window = warm_window()
    started = time.monotonic()
    window.session.open_project(project)
    window.go("data")
    until(lambda: all_seen(window), "the first page of the grid")
    usable = time.monotonic()
    view = photos_in(window)
    view.scrollToBottom()
    until(lambda: all_seen(window), "the last page of the grid")
    jumped = time.monotonic()
    figures = {"grid_s": usable - started, "jump_s": jumped - usable, "pictures": float(view.model().rowCount())}
    window.close()
    return figures


def train(project: Path, budget_s: float) -> dict[str, float]:
    """Train in the window, walk about in it all the while, and return how long it ever stood still."""
    _application = QApplication(sys.argv[:1])
    window = warm_window()
    session = window.session
    session.open_project(project)
    until(lambda: not session.library.loading, "the reading of the project")
    window.go("train")
    ended: list[object] = []
    session.run_ended.connect(ended.append)
    session.run_lost.connect(lambda: ended.append(None))
    pulse, walk = Pulse(), QTimer(interval=_ACT_MS)
    steps = itertools.cycle(("train", "data", "scroll", "results", "label", "train", "try_it", "share"))
    walk.timeout.connect(lambda: _act(window, next(steps), pulse))
    walk.start()
    pulse.doing = "the press of Train"
    session.start_run(budget_s)
    until(lambda: bool(ended), "the end of the run", budget_s + PATIENCE_S)
    walk.stop()
    figures = pulse.figures()
    result = ended[0]
    if not isinstance(result, dict):
        raise RuntimeError("the run ended without a result")
    window.close()
    return {**figures, "t_first_s": float(result["t_first_s"])}


def _act(window: MainWindow, step: str, pulse: Pulse) -> None:
    """Do what a person might: look at another screen, scroll through the photos."""
    pulse.doing = step
    if step == "scroll":
        bar = photos_in(window).verticalScrollBar()
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
