"""A run folder is frozen when made, and read back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import DataError, RunError
from engine.run.folder import RunFolder, RunOptions
from engine.search.asked import WORDS
from tests.engine.flowers import FLOWERS, flower_run, flowers


def test_it_reads_back_what_was_planned(tmp_path: Path) -> None:
    options = RunOptions(60.0, "cpu", 3, 123.5, str(tmp_path / "cache"), ("a note",))
    RunFolder.create(tmp_path / "run", FLOWERS, flowers(), options)
    run = RunFolder.open(tmp_path / "run")
    assert (run.task, run.options) == (FLOWERS, options)
    assert run.dataset().frame.equals(flowers().frame)
    assert run.to_predict() is None
    assert run.result() is None


@pytest.mark.parametrize("ways", ["none", "l2sp", "noguard", "delta+rifle+neverhurt+noguard"])
def test_the_ways_to_hold_on_are_kept(tmp_path: Path, ways: str) -> None:
    RunFolder.create(tmp_path / "run", FLOWERS, flowers(), RunOptions(60.0, transfer=ways))
    assert RunFolder.open(tmp_path / "run").options.transfer == ways


@pytest.mark.parametrize("ways", ["glue", "l2sp+glue", "auto+l2sp", "neverhurt", "", None, 3, ["l2sp"]])
def test_ways_to_hold_on_that_nobody_could_ask_for_are_a_sentence(tmp_path: Path, ways: object) -> None:
    run = flower_run(tmp_path / "run")
    plan = json.loads((run.path / "plan.json").read_text())
    (run.path / "plan.json").write_text(json.dumps({**plan, "transfer": ways}))
    with pytest.raises(RunError, match=r"plan of the run .* is damaged"):
        RunFolder.open(run.path)


def test_an_earlier_plan_names_no_way_to_hold_on(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    plan = json.loads((run.path / "plan.json").read_text())
    del plan["transfer"]
    (run.path / "plan.json").write_text(json.dumps(plan))
    assert RunFolder.open(run.path).options.transfer == "auto"


@pytest.mark.parametrize("strategy", WORDS)
def test_the_strategy_of_searches_is_kept(tmp_path: Path, strategy: str) -> None:
    RunFolder.create(tmp_path / "run", FLOWERS, flowers(), RunOptions(60.0, search=strategy))
    assert RunFolder.open(tmp_path / "run").options.search == strategy


@pytest.mark.parametrize("strategy", ["glue", "TPE", "", None, 3, ["tpe"], {"tpe": 1}])
def test_a_strategy_that_nobody_could_ask_for_is_a_sentence(tmp_path: Path, strategy: object) -> None:
    run = flower_run(tmp_path / "run")
    plan = json.loads((run.path / "plan.json").read_text())
    (run.path / "plan.json").write_text(json.dumps({**plan, "search": strategy}))
    with pytest.raises(RunError, match=r"plan of the run .* is damaged"):
        RunFolder.open(run.path)


def test_in_an_earlier_plan_searches_are_as_usual(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    plan = json.loads((run.path / "plan.json").read_text())
    del plan["search"]
    (run.path / "plan.json").write_text(json.dumps(plan))
    assert RunFolder.open(run.path).options.search == "auto"


def test_the_device_of_a_plan_can_be_changed_and_nothing_else_changes(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    moved = run.with_device("cpu")
    assert moved == RunFolder.open(run.path) == replace(run, options=replace(run.options, device="cpu"))


def test_a_plan_that_cannot_be_changed_is_a_sentence(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    (run.path / "plan.json").unlink()
    with pytest.raises(RunError, match=r"plan of the run .* cannot be changed"):
        run.with_device("cpu")


def test_a_run_can_go_on_whose_journal_can_be_written_and_which_is_left_as_it_is(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    run.check_writable()
    run.events_path.write_text("what happened")
    run.check_writable()
    assert run.events_path.read_text() == "what happened"


def test_a_run_whose_journal_cannot_be_written_cannot_go_on(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    run.events_path.mkdir()
    with pytest.raises(RunError, match=r"The run folder .* cannot be written .* cannot go on\. Check its permissions"):
        run.check_writable()


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(RunError, match="is not empty, so nothing was started"):
        flower_run(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        flower_run(tmp_path / "run")


def test_some_other_folder_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run folder"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize("content", ["{", "{}", '{"format": 1, "task": {}}', "[]", "[" * 10**5])
def test_a_damaged_plan_is_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "plan.json").write_text(content)
    with pytest.raises(RunError, match="damaged"):
        RunFolder.open(tmp_path)


def test_a_newer_plan_asks_for_an_update(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    plan = json.loads((run.path / "plan.json").read_text())
    (run.path / "plan.json").write_text(json.dumps({**plan, "format": 99}))
    with pytest.raises(RunError, match="newer version"):
        RunFolder.open(run.path)


def test_samples_to_predict_carry_no_labels(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", predict=True)
    asked = run.to_predict()
    assert asked is not None
    assert "label" not in asked.frame.columns


@pytest.mark.parametrize("column", ["id", "label", "split", "fold"])
def test_samples_without_a_column_that_training_needs_are_a_sentence(tmp_path: Path, column: str) -> None:
    run = flower_run(tmp_path / "run")
    run.dataset().frame.drop(column).write_parquet(run.path / "dataset.parquet")
    with pytest.raises(DataError, match=f"no {column} column"):
        run.dataset()


@pytest.mark.parametrize("content", ["{", "{}", "[]", "null", '"budget"', "[" * 10**5])
def test_a_damaged_result_is_a_sentence(tmp_path: Path, content: str) -> None:
    run = flower_run(tmp_path / "run")
    (run.path / "result.json").write_text(content)
    with pytest.raises(RunError, match="is damaged"):
        run.result()
