from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.modalities import portfolio
from engine.modalities.learned import read
from engine.run.folder import RunFolder
from engine.run.journal import Journal
from tests.benchmarks.portfolio import main, record
from tests.engine.flowers import FLOWERS, flower_run


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A small run as a worker leaves it: two learners, one of them twice."""
    made = flower_run(tmp_path / "run")
    first, second = (entry.name for entry in portfolio(FLOWERS, len(made.dataset()), "cpu")[:2])
    journal = Journal(made.events_path, lambda: 1.0, echo=False)
    point = {"score": 0.1, "interval": [0, 1], "learner": "constant", "metrics": {}, "checked": 10}
    journal.write("point", {**point, "members": [{"name": "constant", "weight": 1.0}]})
    for name, seconds, score in ((first, 0.5, 0.6), (second, 2.0, 0.7), (second, 1.0, 0.8)):
        journal.write("slice", {"learner": name, "seconds": seconds, "done": False})
        journal.write("evaluated", {"learner": name, "score": score, "interval": [0, 1], "served": True})
    members = [{"name": first, "weight": 0.25}, {"name": second, "weight": 0.75}]
    journal.write("point", {**point, "learner": second, "members": members})
    journal.close()
    made.write_result({"stopped_because": "budget"})
    return made


def _say_load(run: RunFolder, cores: float) -> None:
    (run.path / "benchmark.json").write_text(json.dumps({"others_cores": cores}), encoding="utf-8")


def test_a_run_is_replayed_from_its_events(run: RunFolder) -> None:
    found = record(run)
    assert found.meta.modality == "table"
    assert found.meta.samples > 0
    assert [trial.cost_s for trial in found.trials] == [0.5, 2.0]
    assert found.trials[1].curve == ((2.0, 0.7), (3.0, 0.8))
    assert [trial.weight for trial in found.trials] == [0.25, 0.75]


def test_a_quiet_run_is_written_with_how_it_was_made(run: RunFolder, tmp_path: Path) -> None:
    _say_load(run, 0.0)
    assert main([str(run.path), "--out", str(tmp_path / "p.json")]) == 0
    assert read(tmp_path / "p.json") == (record(run),)
    assert "1 of table, multiclass, on cpu" in (tmp_path / "p.md").read_text(encoding="utf-8")


def test_runs_under_load_or_unfinished_teach_nothing(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "p.json")]
    assert main([str(run.path), *out]) == 1
    assert "nobody recorded" in capsys.readouterr().out
    _say_load(run, 1.5)
    assert main([str(run.path), *out]) == 1
    assert "other programs used 1.50 cores" in capsys.readouterr().out
    assert main([str(run.path), "--loaded", *out]) == 0
    (run.path / "result.json").unlink()
    assert main([str(run.path), *out]) == 1
    assert "it has not ended" in capsys.readouterr().out
