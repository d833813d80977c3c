from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import polars as pl
import pytest

from engine.dataset import Dataset
from engine.run.folder import RunFolder, RunOptions
from engine.run.tail import EventTail
from engine.worker.handle import start
from engine.worker.health import take_ownership
from studio.cli.entry import BAD_USAGE, main
from tests.engine.flowers import FLOWERS, flower_run, flowers, wait_for
from tests.studio.cli.conftest import TASK


def test_a_run_that_has_ended_is_not_started_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder.create(tmp_path / "run", TASK, Dataset(pl.DataFrame({"id": ["0"]})), RunOptions(budget_s=5))
    (run.path / "result.json").write_text(json.dumps({"stopped_because": "budget"}))
    assert main(["resume", str(run.path)]) == 1
    assert "has ended already" in capsys.readouterr().err
    assert not run.events_path.exists()


def test_a_damaged_plan_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.json").write_text("{ torn")
    assert main(["resume", str(tmp_path)]) == 1
    assert "damaged" in capsys.readouterr().err


def test_a_run_goes_on_on_another_device(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", FLOWERS, flowers(), RunOptions(4.0, "cuda"))
    main(["resume", str(run.path), "--device", "cpu"])
    assert RunFolder.open(run.path).options.device == "cpu"
    assert EventTail(run.events_path).poll()[0].data["device"] == "cpu"


def test_a_device_that_is_not_there_changes_no_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.device._driver_present", lambda: False)
    run = flower_run(tmp_path / "run")
    assert main(["resume", str(run.path), "--device", "cuda"]) == BAD_USAGE
    assert "graphics card" in capsys.readouterr().err
    assert RunFolder.open(run.path).options.device == "auto"


def test_a_run_that_is_under_way_stays_where_it_computes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = flower_run(tmp_path / "run")
    take_ownership(run.path)
    assert main(["resume", str(run.path), "--device", "cpu"]) == 1
    assert f"under way (process number {os.getpid()})" in capsys.readouterr().err
    assert RunFolder.open(run.path).options.device == "auto"
    assert not run.control_path.exists()


def test_a_run_folder_that_cannot_be_written_is_a_sentence_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = flower_run(tmp_path / "run")
    run.events_path.mkdir()  # which whoever may write everything cannot write either
    assert main(["resume", str(run.path), "--device", "cpu"]) == 1
    assert f"The run folder {run.path} cannot be written (" in capsys.readouterr().err
    assert RunFolder.open(run.path).options.device == "auto"


@pytest.mark.slow
def test_a_paused_run_goes_on(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=3.0)
    tail = EventTail(run.events_path)
    worker = start(run.path)
    worker.send("pause")
    wait_for(worker, tail, "paused")
    waits_for_ever = threading.Timer(60, worker.send, ["discard"])
    waits_for_ever.start()
    try:
        main(["resume", str(run.path)])
    finally:
        waits_for_ever.cancel()
        worker.kill()
    assert "resumed" in [event.type for event in tail.poll()]
