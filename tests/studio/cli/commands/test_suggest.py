from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeling.project import Project
from studio.cli.entry import main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of forty rows of a table, large numbers beside small ones, none with a label."""
    rows = "".join(f"{n % 2 * 50 + n / 7:.3f},{n % 2 * 30 + n / 9:.3f},\n" for n in range(40))
    (tmp_path / "rows.csv").write_text("width,height,kind\n" + rows.replace(",\n", ",a\n", 1).replace(",\n", ",b\n", 1))
    assert main(["import", str(tmp_path / "rows.csv"), "--project", str(tmp_path / "p"), "--target", "kind"]) == 0
    return tmp_path / "p"


def label(path: Path, count: int) -> None:
    with Project.open(path) as project:
        ids = project.ids()
        for row, sample in enumerate(ids[:count]):
            project.set_label([sample], "ba"[row % 2 == 0])


def test_with_few_labels_it_tells_which_to_give_first(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["suggest", str(project), "--limit", "3"]) == 0
    said = capsys.readouterr().out
    assert "2 of 40 samples have a label." in said
    assert "Suggestions begin with 10 labels of at least two classes; 2 have one." in said
    assert "… and 35 more" in said


def test_with_labels_it_suggests_those_of_the_others(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label(project, 24)
    capsys.readouterr()
    assert main(["suggest", str(project), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["note"] == "" and told["right"] is None
    assert len(told["next"]) == 16
    assert all(one["classes"] == [("b", "a")[int(one["sample"]) % 2 == 0]] for one in told["next"])
    assert all(0 <= one["chance"] <= 1 and 0 <= one["doubt"] <= 1 for one in told["next"])
    assert sum(one["random"] for one in told["next"]) >= 2


def test_a_list_for_people_names_samples_and_chances(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label(project, 20)
    capsys.readouterr()
    assert main(["suggest", str(project)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "20 of 40 samples have a label."
    assert len([line for line in lines if line.endswith("%)")]) == 20


def test_nothing_to_suggest_is_said(project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    label(project, 40)
    assert main(["suggest", str(project)]) == 1
    assert "Every sample has a label" in capsys.readouterr().err
    Project.create(tmp_path / "empty").close()
    assert main(["suggest", str(tmp_path / "empty")]) == 1
    assert "holds no samples yet" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--limit", "0"], ["--limit", "many"]])
def test_a_limit_that_is_none_is_refused(project: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", str(project), *words]) == 2
    assert "whole number from 1" in capsys.readouterr().err


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", str(tmp_path)]) == 2
    assert "is no project" in capsys.readouterr().err
