"""Many labels as one change, samples skipped, and going to any place in the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.task import Kind
from labeling.annotations.model import Box
from labeling.project import Project
from tests.labeling.project.conftest import PHOTOS, photos


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project([None] * 6)


def labels(project: Project) -> list[str | None]:
    return project.frame()["label"].to_list()


def test_each_sample_gets_its_own_label_in_one_change(project: Project) -> None:
    wanted = {"0.png": "bolt", "1.png": "nut", "3.png": "nut", "gone.png": "bolt"}
    assert project.set_labels(wanted, "Accept 3 suggestions") == 3
    assert labels(project) == ["bolt", "nut", None, "nut", None, None]
    assert [info.name for info in project.classes()] == ["bolt", "nut"]
    assert project.undo() == "Accept 3 suggestions"
    assert labels(project) == [None] * 6
    assert project.classes() == []
    project.redo()
    assert labels(project) == ["bolt", "nut", None, "nut", None, None]


def test_labels_that_are_there_already_leave_no_trace(project: Project) -> None:
    project.set_labels({"0.png": "bolt"}, "Label")
    assert project.set_labels({"0.png": "bolt"}, "Label again") == 0
    assert project.can_undo == "Label"


def test_changes_without_a_name_say_what_they_did(project: Project) -> None:
    project.set_labels({"0.png": "bolt", "1.png": "nut"})
    assert project.can_undo == "Label 2 samples"
    project.set_labels({"0.png": None, "1.png": None})
    assert project.can_undo == "Clear label (2 samples)"


def test_skipping_is_undone_and_redone_by_name(project: Project) -> None:
    assert project.set_skipped(["1.png", "2.png"], True, "Skip 2 photos") == 2
    assert project.skipped() == {"1.png", "2.png"}
    assert project.set_skipped(["1.png"], True, "Skip again") == 0
    assert project.undo() == "Skip 2 photos"
    assert project.skipped() == set()
    project.redo()
    assert project.set_skipped(["1.png"], False, "Take 1.png up again") == 1
    assert project.skipped() == {"2.png"}


def test_one_goes_to_any_place_in_the_history_and_back(project: Project) -> None:
    for number, name in enumerate(["bolt", "nut", "screw", "pin"]):
        project.set_label([f"{number}.png"], name)
    history = project.history()
    assert [entry.name for entry in history] == [
        "Label “pin”",
        "Label “screw”",
        "Label “nut”",
        "Label “bolt”",
        "Add 6 photos",
    ]
    assert project.go_to(history[3].id) == 3
    assert labels(project) == ["bolt"] + [None] * 5
    assert [entry.undone for entry in project.history()] == [True, True, True, False, False]
    assert project.newest_change == history[3].id
    assert project.go_to(history[1].id) == 2
    assert labels(project)[:4] == ["bolt", "nut", "screw", None]
    assert project.go_to(0) == 4
    assert project.count() == 0
    assert project.go_to(history[0].id) == 5
    assert labels(project)[:4] == ["bolt", "nut", "screw", "pin"]
    assert project.go_to(history[0].id) == 0


def test_the_history_comes_in_pages(project: Project) -> None:
    for number in range(5):
        project.set_label(["0.png"], f"class {number}")
    assert project.history_length() == 6
    assert [entry.name for entry in project.history(2, 1)] == ["Label “class 3”", "Label “class 2”"]
    assert len(project.history(-1)) == 6


def test_what_a_change_did_to_labels_is_told_without_reading_all(project: Project) -> None:
    project.set_labels({"0.png": "bolt", "1.png": "nut"}, "Label two")
    project.set_label(["1.png"], "bolt", "Label one more")
    entry = project.history(1)[0]
    project.undo()
    assert project.changed_labels(entry.id) == {"1.png": "nut"}
    assert project.changed_labels(project.history(1, 1)[0].id) is None  # it added classes


def test_a_sample_whose_marks_alone_changed_is_told_too(make_project: Callable[..., Project]) -> None:
    project = make_project(name="marks")
    project.add(replace(PHOTOS, kind=Kind.MULTILABEL), photos([None] * 2))
    project.set_marks("1.png", [Box("nut", 0, 0, 4, 4)], "Draw a box")
    project.set_marks("1.png", [Box("nut", 0, 0, 8, 8)], "Make it larger")
    assert project.changed_labels(project.newest_change) == {"1.png": ("nut",)}
