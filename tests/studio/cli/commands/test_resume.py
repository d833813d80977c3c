from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from engine.dataset import Dataset
from engine.run.folder import RunFolder, RunOptions
from studio.cli.entry import main
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
