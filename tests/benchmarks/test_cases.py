from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.cases import CASES, GOALS, STUDIO, Goal, overrun_limit
from tests.benchmarks.options import read
from tests.benchmarks.report import FIGURES


def test_goals_are_about_what_is_measured() -> None:
    cases = {case.name for case in CASES} | {STUDIO}
    assert all(goal.case in cases and goal.figure in FIGURES for goal in GOALS)


def test_a_goal_is_a_bound() -> None:
    assert Goal("x", "t_first_s", 2.0).reached(2.0)
    assert not Goal("x", "t_first_s", 2.0).reached(2.1)
    assert Goal("x", "accuracy", 0.88, at_most=False).reached(0.9)


@pytest.mark.parametrize(("budget", "limit"), [(10, 1.0), (60, 1.2), (300, 6.0)])
def test_a_run_may_end_two_percent_late(budget: float, limit: float) -> None:
    assert overrun_limit(budget) == pytest.approx(limit)


def test_options_choose_parts_seeds_and_rehearsals(tmp_path: Path) -> None:
    asked = read("", ["--only", "titanic", "--seeds", "1", "2", "--budget", "5", "--data", str(tmp_path)])
    assert [case.name for case in asked.cases] == ["titanic"]
    assert asked.seeds == (1, 2)
    assert asked.budget(asked.cases[0]) == 5
    assert asked.peers


def test_data_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("", ["--data", "/nowhere/at/all"])
    assert "no folder of datasets" in capsys.readouterr().err
