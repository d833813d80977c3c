"""A budget counts from the press of Train, whatever clock the drive of the run has."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.budget import awake
from engine.run.folder import RunFolder, RunOptions
from engine.worker.head_start import LONGEST_START, head_start
from tests.engine.flowers import FLOWERS, flower_run, flowers


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


@pytest.mark.parametrize("clock_put_on", [3600.0, -3600.0])
def test_what_the_clock_does_while_a_run_is_prepared_costs_no_budget(tmp_path: Path, clock_put_on: float) -> None:
    options = RunOptions(600.0, pressed_at=time.time() - clock_put_on)  # a lid closed meanwhile puts it on, too
    run = RunFolder.create(tmp_path / "run", FLOWERS, flowers(), options, pressed=awake() - 5.0)
    for known in (run, RunFolder.open(run.path)):
        assert 5.0 <= head_start(known) <= 5.0 + LONGEST_START / 2


@pytest.mark.parametrize("measured", [-1e9, math.nan])
def test_a_measured_time_that_is_none_gives_no_budget_away(tmp_path: Path, measured: float) -> None:
    assert head_start(replace(flower_run(tmp_path / "run"), prepared_s=measured)) >= 0.0


def test_where_nobody_measured_the_time_of_day_tells(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", FLOWERS, flowers(), RunOptions(600.0, pressed_at=time.time() - 30.0))
    assert head_start(RunFolder.open(run.path)) >= 30.0
