from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.dataset import Split
from engine.learners.constant import ConstantMember
from engine.modalities import portfolio
from engine.modalities.learned import NAMED, Meta, Record, Step, read
from engine.run.folder import RunFolder
from engine.run.journal import Journal
from engine.worker.checkpoint import Checkpoint
from tests.benchmarks.portfolio import main, record, without, write
from tests.engine.flowers import FLOWERS, flower_run

FIRST, *REST = (entry.name for entry in portfolio(FLOWERS, 192, "cpu"))
WEAK, STRONG, QUICK, ALIKE = REST[:4]  # in the order by hand


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A small run as a worker leaves it; what each learner knows of the flowers is made up."""
    made = flower_run(tmp_path / "run")
    train = made.dataset().part(Split.TRAIN)
    labels = train.labels(FLOWERS)
    random = np.random.default_rng(0)
    noise = {name: random.normal(size=len(labels)) for name in (FIRST, WEAK, STRONG, QUICK)}
    blur = {FIRST: 3.0, WEAK: 9.0, STRONG: 0.4, QUICK: 1.0, ALIKE: 1.0}  # of two that say the same one is of no use
    journal = Journal(made.events_path, lambda: 1.0, echo=False)
    for name, seconds in ((FIRST, 0.5), (WEAK, 1.0), (STRONG, 60.0), (QUICK, 2.0), (ALIKE, 2.5)):
        said = labels - 0.5 + blur[name] * noise[QUICK if name == ALIKE else name]
        chance = 1 / (1 + np.exp(-2 * said))
        member = ConstantMember(np.array([0.5, 0.5]))
        Checkpoint(made.checkpoints_path, name).save_candidate(member, np.column_stack([1 - chance, chance]))
        journal.write("slice", {"learner": name, "seconds": seconds, "done": True})
        journal.write("evaluated", {"learner": name, "score": 0.0, "interval": [0, 1], "served": True})
    journal.close()
    made.write_result({"stopped_because": "budget"})
    return made


def _say_load(run: RunFolder, cores: float) -> None:
    (run.path / "benchmark.json").write_text(json.dumps({"others_cores": cores}), encoding="utf-8")


def test_a_run_tells_who_would_have_served_best_at_every_moment(run: RunFolder) -> None:
    found = record(run)
    assert found.meta == Meta("table", "multiclass", 192, 2, 2.0, "cpu")
    assert [step.name for step in found.steps] == [FIRST, QUICK, STRONG, WEAK, ALIKE]
    assert [step.seconds for step in found.steps] == [0.5, 2.0, 60.0, 1.0, 2.5]
    scores = [step.score for step in found.steps]
    assert scores[0] < scores[1] < scores[2]


def test_what_a_search_found_best_is_kept(run: RunFolder) -> None:
    journal = Journal(run.events_path, lambda: 1.0, first=99, echo=False)
    journal.write("slice", {"learner": STRONG, "seconds": 1.0, "done": True, "found": {"num_leaves": 6}})
    journal.close()
    found = {step.name: step.found for step in record(run).steps}
    assert found == dict.fromkeys((FIRST, WEAK, STRONG, QUICK, ALIKE)) | {STRONG: {"num_leaves": 6}}


def test_an_early_look_counts_for_what_it_was_worth_then(run: RunFolder) -> None:
    events = run.events_path.read_text(encoding="utf-8").splitlines()
    facts = {"seq": 0, "time": 0.0, "active_s": 0.0, "learner": WEAK}
    look = [
        {**facts, "type": "slice", "seconds": 0.1, "done": False},
        {**facts, "type": "evaluated", "score": 0.9, "interval": [0, 1], "served": True},
    ]
    run.events_path.write_text("\n".join([*map(json.dumps, look), *events]) + "\n", encoding="utf-8")
    assert [step.name for step in record(run).steps] == [FIRST, WEAK, QUICK, STRONG, ALIKE]


def test_the_device_is_the_one_that_was_found(run: RunFolder) -> None:
    assert record(run).meta.device == "cpu"
    events = run.events_path.read_text(encoding="utf-8")
    begun = {"seq": 0, "time": 0.0, "active_s": 0.0, "type": "started", "device": "cuda"}
    run.events_path.write_text(json.dumps(begun) + "\n" + events, encoding="utf-8")
    assert record(run).meta.device == "cuda"


def test_a_quiet_run_is_written_with_how_it_was_made(run: RunFolder, tmp_path: Path) -> None:
    _say_load(run, 0.0)
    assert main([str(run.path), "--out", str(tmp_path / "p.json")]) == 0
    assert read(tmp_path / "p.json") == (record(run),)
    assert record(run).data == "run"
    assert "1 of table, multiclass, on cpu" in (tmp_path / "p.md").read_text(encoding="utf-8")


def test_what_runs_on_a_dataset_taught_is_kept_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = Meta("table", "multiclass", 192, 2, 2.0, "cpu")
    runs = [Record(meta, (Step(FIRST, 1.0, 0.5),), data) for data in ("flowers", "flowers", "penguins")]
    monkeypatch.setattr("tests.benchmarks.portfolio.PORTFOLIO", tmp_path / "all.json")
    write(tmp_path / "all.json", runs)
    assert without("flowers", tmp_path / "others.json") == {NAMED: str(tmp_path / "others.json")}
    assert read(tmp_path / "others.json") == (runs[2],)
    write(tmp_path / "all.json", runs[:2])
    assert without("flowers", tmp_path / "others.json") == {NAMED: str(tmp_path / "others.json")}
    assert read(tmp_path / "others.json") == ()


def test_what_runs_change_is_told_with_and_without_those_on_the_same_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meta = Meta("table", "multiclass", 192, 2, 2.0, "cpu")
    swapped = tuple(Step(name, 1.0, 0.5) for name in (FIRST, STRONG, WEAK))
    write(tmp_path / "p.json", [Record(meta, swapped, "flowers")] * 8)
    assert main(["--changes", "--out", str(tmp_path / "p.json")]) == 0
    moved = f"{STRONG} (3 → 2), {WEAK} (2 → 3)"
    line = f"- flowers: {moved}; without its own runs: as by hand"
    assert capsys.readouterr().out.splitlines()[-1] == line
    assert line in (tmp_path / "p.md").read_text(encoding="utf-8")


def test_without_a_word_the_benchmark_s_own_runs_teach(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.benchmarks.portfolio.OUT", tmp_path)
    words = ["--out", str(tmp_path / "p.json")]
    with pytest.raises(SystemExit):
        main(words)
    assert "there are no runs" in capsys.readouterr().err
    _say_load(run, 0.0)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "portfolio-without-flowers.json").write_text("{}", encoding="utf-8")
    run.path.rename(tmp_path / "runs" / "flowers-60s-0")
    assert main(words) == 0
    assert [record.data for record in read(tmp_path / "p.json")] == ["flowers"]
    assert "left out" not in capsys.readouterr().out


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
