"""A worker on standby works on the run that it is given, leaves when there is none, and is replaced when it died."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.run.tail import EventTail
from engine.task import Modality
from engine.worker.handle import Standby
from tests.engine.flowers import flower_run, wait_for

PATIENCE_S = 60.0


def test_one_that_was_started_early_works_on_its_run(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=6.0)
    before = set(psutil.Process().children())
    with Standby() as worker:
        (process,) = set(psutil.Process().children()) - before
        worker.expect(Modality.TABLE)
        handle = worker.begin(run.path)
    assert handle.pid == process.pid
    wait_for(handle, EventTail(run.events_path), "evaluated")
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0
    result = run.result()
    assert result is not None
    assert result["t_first_s"] is not None
    assert (run.path / "worker.log").read_text() == ""
    assert "advance" in (run.path / "trainer.log").read_text()


def test_one_that_died_meanwhile_is_replaced_by_one_that_works_on_the_run(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    before = set(psutil.Process().children())
    with Standby() as worker:
        (process,) = set(psutil.Process().children()) - before
        worker.expect(Modality.TABLE)
        process.kill()
        process.wait(PATIENCE_S)
        handle = worker.begin(run.path)
    assert handle.pid != process.pid
    wait_for(handle, EventTail(run.events_path), "started")
    handle.kill()
    assert (run.path / "worker.log").read_text() == ""


def test_one_that_gets_no_run_leaves_and_takes_its_trainer_along() -> None:
    before = set(psutil.Process().children(recursive=True))
    with Standby() as worker:
        worker.expect(Modality.TEXT)
    assert set(psutil.Process().children(recursive=True)) <= before


def test_one_whose_starter_dies_leaves_too() -> None:
    code = "from engine.worker.handle import Standby; print(Standby()._process.pid, flush=True); import os; os._exit(1)"
    starter = [sys.executable, "-c", code]
    done = subprocess.run(starter, stdout=subprocess.PIPE, text=True, check=False, timeout=PATIENCE_S)
    orphan = int(done.stdout)
    ends = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(orphan) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not psutil.pid_exists(orphan)


@pytest.mark.parametrize(("system", "flags"), [("win32", 512), ("linux", 0)])
def test_ctrl_c_for_the_starter_does_not_reach_a_worker(
    monkeypatch: pytest.MonkeyPatch, system: str, flags: int
) -> None:
    started: list[dict[str, object]] = []
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 512, raising=False)
    monkeypatch.setattr(subprocess, "Popen", lambda _, **options: started.append(options))
    Standby()
    assert [(options["start_new_session"], options["creationflags"]) for options in started] == [(True, flags)]
