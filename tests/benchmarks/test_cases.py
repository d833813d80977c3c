from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.cases import CASES, GOALS, STUDIO, Goal
from tests.benchmarks.options import RESULTS, read
from tests.benchmarks.parts import names_of, read_part
from tests.benchmarks.report import FIGURES


def test_goals_are_about_what_is_measured() -> None:
    cases = {case.name for case in CASES} | {STUDIO}
    assert all(goal.case in cases and goal.figure in FIGURES for goal in GOALS)


def test_a_goal_is_a_bound() -> None:
    assert Goal("x", "first_s", 2.0).reached(2.0)
    assert not Goal("x", "first_s", 2.0).reached(2.1)
    assert Goal("x", "accuracy", 0.88, at_most=False).reached(0.9)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_part_can_be_read_and_is_what_the_data_says(case: object, shared_data: Path) -> None:
    known = next(found for found in CASES if found is case)
    about = (shared_data / known.name / "ABOUT.md").read_text(encoding="utf-8")
    for part in ("train", "test"):
        found = read_part(known, shared_data, part)
        assert f"- {part.capitalize()}: {len(found.ids)}\n" in about
        assert len(set(found.ids)) == len(found.labels) == len(found.ids)
        assert all(found.labels)
        assert all(file.is_file() for file in found.files)
    if known.kind == "multiclass":
        assert f"- Classes: {len(set(found.labels))}\n" in about


def test_classes_of_a_sample_are_taken_apart() -> None:
    assert names_of("apple; banana") == {"apple", "banana"}
    assert names_of("") == set()


def test_options_choose_parts_modalities_seeds_and_budgets(tmp_path: Path) -> None:
    words = ["--only", "titanic", "audio", "--seeds", "1", "2", "--budgets", "60", "--data", str(tmp_path)]
    asked = read("", words)
    assert {case.name for case in asked.cases} == {"titanic", "spoken_digits", "esc10"}
    assert asked.seeds == (1, 2)
    assert asked.results == RESULTS
    assert asked.resume
    assert asked.peers
    assert asked.ours


def test_a_rehearsal_stays_out_of_the_published_results(tmp_path: Path) -> None:
    words = ["--budgets", "5", "60", "--data", str(tmp_path), "--out", str(tmp_path)]
    assert read("", words).results == tmp_path.resolve() / "rehearsal.jsonl"


def test_data_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("", ["--data", "/nowhere/at/all"])
    assert "no folder of datasets" in capsys.readouterr().err
