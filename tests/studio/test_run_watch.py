"""The end of a run whose worker was killed after it wrote the result and before it said so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

from pytestqt.qtbot import QtBot

from engine.run.folder import RunFolder
from engine.worker.handle import WorkerHandle
from studio.run_watch import RunWatch
from studio.train.screen import TrainScreen
from studio.window import MainWindow
from tests.studio.recorded_runs import Recipe, project_with_run, record


def without_last_words(run: RunFolder) -> RunFolder:
    """Take the line away that says that the run stopped."""
    lines = run.events_path.read_text().splitlines(keepends=True)
    run.events_path.write_text("".join(lines[:-1]))
    return run


def test_a_worker_that_wrote_its_result_is_not_lost(tmp_path: Path, qtbot: QtBot) -> None:
    run = without_last_words(record(tmp_path / "run", Recipe(ended="budget")))
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    watch = RunWatch(run, WorkerHandle(run.path, process))
    told: list[str] = []
    watch.happened.connect(lambda event: told.append(event.type))
    watch.ended.connect(lambda: told.append("ended"))
    watch.lost.connect(lambda: told.append("lost"))
    watch.poll()
    assert told[-1] == "heartbeat"  # it lives, and may say so itself
    process.kill()
    qtbot.waitUntil(lambda: told[-1] in ("ended", "lost"))
    assert told[-2:] == ["stopped", "ended"]


def test_a_run_opened_with_its_result_has_ended(window: MainWindow, tmp_path: Path, photos: Path, qtbot: QtBot) -> None:
    project = project_with_run(tmp_path / "project", photos)
    without_last_words(record(project / "runs" / "1", Recipe(ended="finished")))
    assert window.session.open_project(project)
    screen = cast("TrainScreen", window.page("train"))  # which hears what was said before it was there
    assert screen.progress.stopped_because == "finished"
    window.session.close_project()
    assert not screen.progress.ended
    assert window.session.open_project(project)
    assert screen.progress.stopped_because == "finished"
