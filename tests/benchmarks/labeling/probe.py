"""Drives the window from inside its own process: ``python -m tests.benchmarks.labeling.probe drop|scroll|keys``."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from statistics import median, quantiles

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.benchmarks.probing import Painted, Pulse, all_seen, photos_in, takers, until, warm_window

STALL_S = 0.05
SCROLLED_S = 12.0
FRAME_MS = 16
JUMP_EVERY = 60
PRESSES = 300
BETWEEN_MS = 150
WARM_UP = 5


def drop(photos: Path) -> dict[str, float]:
    """Drop a folder and take it in at once; return when the grid has its pictures, and the longest stall until then."""
    _application = QApplication(sys.argv[:1])
    window = warm_window()
    pulse, started = Pulse(STALL_S), time.monotonic()
    window.take_in([photos])
    until(lambda: bool(takers(window)), "the sentence")
    takers(window)[0].click()
    until(lambda: all_seen(window), "the first page of the grid", 300)
    usable = time.monotonic() - started
    figures = pulse.figures()
    window.close()
    return {"usable_s": usable, **figures}


def scroll(project: Path) -> dict[str, float]:
    """Scroll by thirds of a page at 60 frames a second, with a jump each second."""
    _application = QApplication(sys.argv[:1])
    window = warm_window()
    started = time.monotonic()
    window.session.open_project(project)
    window.go("data")
    until(lambda: all_seen(window), "the first page of the grid", 300)
    opened = time.monotonic() - started
    until(lambda: not window.session.background.busy, "the end of what is done in the background", 300)
    bar, chance, frames = photos_in(window).verticalScrollBar(), random.Random(0), [0]
    loop, timer = QEventLoop(), QTimer(interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)

    def step() -> None:
        frames[0] += 1
        jump = frames[0] % JUMP_EVERY == 0
        bar.setValue(chance.randrange(bar.maximum()) if jump else bar.value() + bar.pageStep() // 3)

    timer.timeout.connect(step)
    QTimer.singleShot(int(1000 * SCROLLED_S), loop.quit)
    timer.start()
    QTest.qWait(500)
    pulse = Pulse(STALL_S)
    pulse.doing = "scrolling"
    loop.exec()
    timer.stop()
    figures = pulse.figures()
    window.close()
    return {"open_s": opened, **figures}


def keys(project: Path) -> dict[str, float]:
    """Press a class key again and again; return how long labels took to the disk, and the next sample to the screen."""
    from studio.label.screen import LabelScreen

    application = QApplication(sys.argv[:1])
    window = warm_window()
    window.session.open_project(project)
    until(lambda: not window.session.library.loading, "the reading of the project", 300)
    window.go("label")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    stage, painted = screen.bench.photo_stage, Painted()
    stage.installEventFilter(painted)
    until(lambda: stage.picture is not None, "the first photo")
    moments: list[float] = []
    window.session.changes.changed.connect(lambda: moments.append(time.perf_counter()))
    committed, shown, computed = [], [], []
    for press in range(PRESSES + WARM_UP):
        QTest.qWait(BETWEEN_MS)
        before, painted.seen = stage.accessibleName(), False
        moments.clear()
        started, worked = time.perf_counter(), time.thread_time()
        QTest.keyClick(screen, Qt.Key(Qt.Key.Key_1.value + press % 3))
        while stage.accessibleName() == before or stage.picture is None or not painted.seen:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        shown.append(1000 * (time.perf_counter() - started))
        computed.append(1000 * (time.thread_time() - worked))
        committed.append(1000 * (moments[0] - started))
    window.close()
    slow_next, slow_commit, slow_own = (quantiles(times[WARM_UP:], n=20)[-1] for times in (shown, committed, computed))
    return {
        "own_ms": slow_own,
        "next_ms": slow_next,
        "committed_ms": slow_commit,
        "next_median_ms": median(shown[WARM_UP:]),
        "committed_median_ms": median(committed[WARM_UP:]),
    }


PROBES = {"drop": drop, "scroll": scroll, "keys": keys}


if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](Path(sys.argv[2]))), flush=True)
