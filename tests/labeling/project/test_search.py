"""Samples are found by class, state, split and name, and put in order, without reading them."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from labeling.annotations.model import Box
from labeling.project import Project, Search, Sort, State
from tests.labeling.project.conftest import PHOTOS, photos


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(["nut", None, "bolt", None, "nut"])


def found(project: Project, **wanted: object) -> list[str]:
    """Return the names found, without their suffix."""
    names = dict(zip(project.numbers(), project.frame()["id"].to_list(), strict=True))
    search = Search(**wanted)  # type: ignore[arg-type]
    return [names[number].removesuffix(".png") for number in project.find(search)]


def test_all_come_in_the_order_they_were_added(project: Project) -> None:
    assert found(project) == ["0", "1", "2", "3", "4"]
    assert found(project, reverse=True) == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"label": "nut"}, ["0", "4"]),
        ({"state": State.LABELLED}, ["0", "2", "4"]),
        ({"state": State.UNLABELLED}, ["1", "3"]),
        ({"state": State.UNLABELLED, "text": "3.PNG"}, ["3"]),
        ({"label": "screw"}, []),
        ({"split": "test"}, []),
    ],
)
def test_what_matches_every_wish_is_found(project: Project, wanted: dict[str, object], names: list[str]) -> None:
    assert found(project, **wanted) == names


def test_skipped_samples_are_found_until_they_have_a_label(project: Project) -> None:
    project.set_skipped(["1.png", "3.png"], True, "Skip two")
    project.set_label(["3.png"], "bolt")
    assert found(project, state=State.SKIPPED) == ["1"]


def test_by_class_those_without_a_label_come_last(project: Project) -> None:
    project.move_class("nut", -1)
    assert found(project, sort=Sort.LABEL) == ["0", "4", "2", "1", "3"]
    assert found(project, sort=Sort.LABEL, reverse=True) == ["2", "0", "4", "1", "3"]


def test_by_time_those_labelled_by_hand_come_first(project: Project) -> None:
    project.set_label(["3.png"], "nut")
    project.set_label(["1.png"], "bolt")
    assert found(project, sort=Sort.LABELLED)[:2] == ["3", "1"]
    assert found(project, sort=Sort.LABELLED, reverse=True) == ["1", "3", "0", "2", "4"]
    project.undo()
    assert found(project, sort=Sort.LABELLED, reverse=True) == ["3", "0", "1", "2", "4"]


def test_names_are_compared_in_any_script(make_project: Callable[..., Project]) -> None:
    project = make_project(name="scripts")
    batch = photos([None] * 3)
    frame = batch.frame.with_columns(pl.Series("id", ["Ärger.png", "zoo.png", "Σίσυφος.png"]))
    project.add(PHOTOS, type(batch)(frame))
    assert found(project, text="ÄRGER") == ["Ärger"]
    assert found(project, text="σίσυφοσ") == ["Σίσυφος"]
    assert found(project, sort=Sort.NAME) == ["zoo", "Ärger", "Σίσυφος"]


def test_splits_that_the_files_named_are_found(make_project: Callable[..., Project]) -> None:
    project = make_project(name="splits")
    batch = photos([None] * 3)
    frame = batch.frame.with_columns(pl.Series("split", ["train", None, "test"]))
    project.add(PHOTOS, type(batch)(frame))
    assert project.splits() == ["", "test", "train"]
    assert found(project, split="test") == ["2"]
    assert found(project, split="") == ["1"]


def test_a_project_without_splits_has_none(project: Project) -> None:
    assert project.splits() == []


def test_samples_with_marks_are_found(make_project: Callable[..., Project]) -> None:
    from dataclasses import replace

    from engine.task import Kind

    project = make_project(name="marks")
    project.add(replace(PHOTOS, kind=Kind.MULTILABEL), photos([None] * 3))
    project.set_marks("1.png", [Box("nut", 0, 0, 4, 4)], "Draw a box")
    project.set_marks("2.png", [], "Nothing here")
    assert found(project, state=State.MARKED) == ["1"]
    assert found(project, label="nut") == ["1"]


def test_what_was_undone_is_not_found(project: Project) -> None:
    project.add(PHOTOS, photos(["bolt"], start=5))
    assert len(found(project)) == 6
    project.undo()
    assert len(found(project)) == 5
