"""A budget counts from the press of Train, whatever clock the drive of the run has."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from engine.run.folder import RunFolder
from engine.worker.head_start import LONGEST_START, head_start
from tests.engine.flowers import flower_run


@pytest.mark.parametrize("earlier", [False, True])
def test_a_clock_ahead_on_the_drive_of_a_run_costs_no_budget(tmp_path: Path, earlier: bool) -> None:
    run = flower_run(tmp_path / "run", budget_s=300.0)
    if earlier:
        plan = json.loads((run.path / "plan.json").read_text())
        del plan["planned_at"]
        (run.path / "plan.json").write_text(json.dumps(plan))
    ahead = time.time() + 400.0
    os.utime(run.path / "plan.json", (ahead, ahead))
    assert head_start(RunFolder.open(run.path)) <= LONGEST_START
