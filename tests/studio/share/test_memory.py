"""What was exported of a run is found again, and nothing damaged is believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeling.project import Project
from studio.share.memory import choose_folder, remember, remembered, usual_folder
from tests.studio.share.exports import exported


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "project") as made:
        yield made


def test_the_latest_export_of_each_kind_is_remembered(project: Project) -> None:
    run = Path("runs/one")
    remember(project, run, exported(Path("old.onnx")))
    remember(project, run, exported(Path("new.onnx"), small=True, stamp=7))
    remember(project, run, exported(Path("m.zip"), "bundle"))
    found = remembered(project, run)
    assert {name: each.path.name for name, each in found.items()} == {"onnx": "new.onnx", "bundle": "m.zip"}
    assert (found["onnx"].small, found["onnx"].stamp) == (True, 7)
    assert remembered(project, Path("runs/two")) == {}


def test_runs_long_ago_are_forgotten(project: Project) -> None:
    for number in range(25):
        remember(project, Path(f"runs/{number}"), exported())
    assert [bool(remembered(project, Path(f"runs/{number}"))) for number in (0, 4, 5, 24)] == [False, False, True, True]


@pytest.mark.parametrize("stored", [None, 3, [], {"one": 3}, {"one": {"onnx": 3}}, {"one": {"onnx": {"target": "a"}}}])
def test_damaged_memories_are_passed_over(project: Project, stored: object) -> None:
    project.set_setting("share.exports", stored)
    assert remembered(project, Path("runs/one")) == {}
    remember(project, Path("runs/one"), exported())
    assert set(remembered(project, Path("runs/one"))) == {"onnx"}


def test_the_folder_chosen_last_is_offered_while_it_is_there(project: Project, tmp_path: Path) -> None:
    assert usual_folder(project) == usual_folder(None) == Path.home()
    place = tmp_path / "out"
    place.mkdir()
    choose_folder(project, place)
    assert usual_folder(project) == place
    place.rmdir()
    assert usual_folder(project) == Path.home()


def test_without_a_project_nothing_is_kept() -> None:
    remember(None, Path("one"), exported())
    choose_folder(None, Path("one"))
    assert remembered(None, Path("one")) == {}
