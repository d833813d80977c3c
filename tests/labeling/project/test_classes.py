"""Classes keep their colours and keys through renames, merges, undo and restarts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from engine.task import Kind
from labeling.annotations.model import Box
from labeling.errors import ProjectError
from labeling.formats.media import SCHEMA
from labeling.project import Project
from labeling.project.class_table import StoredClass
from labeling.project.classes import keys_of
from labeling.understanding import Understanding
from tests.labeling.project.conftest import PHOTOS, photos


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(["bolt", "nut", "nuts", "nut", None])


def looks(project: Project) -> list[tuple[str, str, str]]:
    return [(info.name, info.key, info.colour) for info in project.classes()]


def test_colours_and_keys_survive_a_restart_and_can_be_undone(project: Project) -> None:
    project.set_class_colour("nut", "#D55E00")
    project.set_class_key("bolt", "B")
    project.move_class("nuts", -2)
    assert looks(project) == [("nuts", "1", ""), ("bolt", "B", ""), ("nut", "3", "#d55e00")]
    project.close()
    with Project.open(project.path) as again:
        assert looks(again)[2] == ("nut", "3", "#d55e00")
        assert [again.undo() for _ in range(3)] == [
            "Move class “nuts” up",
            "Give “bolt” the key B",
            "Colour class “nut”",
        ]
        assert looks(again) == [("bolt", "1", ""), ("nut", "2", ""), ("nuts", "3", "")]
        again.redo()
        assert looks(again)[1] == ("nut", "2", "#d55e00")


def test_a_renamed_class_keeps_its_colour_and_key(project: Project) -> None:
    project.set_class_colour("nut", "#112233")
    project.set_class_key("nut", "Q")
    project.rename_class("nut", "wing nut")
    assert looks(project)[1] == ("wing nut", "Q", "#112233")


def test_a_class_merged_into_another_takes_its_looks(project: Project) -> None:
    project.set_class_colour("nut", "#112233")
    assert project.merged_count("nuts", "nut") == 3
    project.rename_class("nuts", "nut")
    assert looks(project) == [("bolt", "1", ""), ("nut", "2", "#112233")]
    assert project.classes()[1].count == 3
    assert project.undo() == "Merge “nuts” into “nut”"
    assert [info.count for info in project.classes()] == [1, 2, 1]


def test_two_classes_swap_a_key_that_both_want(project: Project) -> None:
    project.set_class_key("nuts", "1")
    assert looks(project) == [("bolt", "3", ""), ("nut", "2", ""), ("nuts", "1", "")]


def test_the_same_key_or_colour_again_leaves_no_trace(project: Project) -> None:
    before = project.history()
    project.set_class_key("bolt", "1")
    project.set_class_colour("bolt", "")
    project.move_class("bolt", -1)
    assert project.history() == before


def test_the_digit_row_gives_keys_by_place_where_they_are_free() -> None:
    stored = [StoredClass("a"), StoredClass("b", key="1"), *(StoredClass(str(number)) for number in range(12))]
    keys = keys_of(stored)
    assert (keys["a"], keys["b"], keys["0"], keys["9"], keys["11"]) == ("", "1", "3", "=", "")


def test_a_name_is_kept_as_it_can_be_joined_with_others(project: Project) -> None:
    project.rename_class("bolt", "nail; small")
    project.add_class("screw;small")
    assert [info.name for info in project.classes()] == ["nail, small", "nut", "nuts", "screw,small"]
    assert project.undo() == "Add class “screw,small”"
    with pytest.raises(ProjectError, match="“nail, small” already"):
        project.add_class("nail; small")


def test_a_class_whose_name_could_not_be_joined_can_still_be_merged_into(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(["nut", "nut;wing", "bolt;nut"])
    project.rename_class("nut", "nut;wing")
    assert {info.name: info.count for info in project.classes()} == {"bolt;nut": 1, "nut;wing": 2}
    with pytest.raises(ProjectError, match="“nut;wing” already"):
        project.add_class("nut;wing")
    project.rename_class("bolt;nut", "bolt;nuts")
    assert {info.name: info.count for info in project.classes()} == {"bolt,nuts": 1, "nut;wing": 2}


@pytest.mark.parametrize("colour", ["red", "#12345", "#gggggg"])
def test_what_is_no_colour_is_refused(project: Project, colour: str) -> None:
    with pytest.raises(ProjectError, match="no colour"):
        project.set_class_colour("nut", colour)


def test_an_unknown_class_is_named_with_those_there_are(project: Project) -> None:
    with pytest.raises(ProjectError, match="The classes are: bolt, nut, nuts"):
        project.set_class_key("screw", "Q")


def test_samples_of_both_classes_count_once_when_they_are_merged(make_project: Callable[..., Project]) -> None:
    project = make_project(name="several")
    several = Understanding(Path("/photos"), "image_list", PHOTOS.modality, Kind.MULTILABEL)
    batch = photos([None] * 3)
    labels = [["nut", "nuts"], ["nuts"], ["bolt"]]
    frame = batch.frame.drop("label").insert_column(5, pl.Series("label", labels))
    assert frame.columns == list(SCHEMA)
    project.add(several, type(batch)(frame))
    project.set_marks("0.png", [Box("nuts", 0, 0, 4, 4)], "Draw a box")
    assert project.merged_count("nuts", "nut") == 2
    project.rename_class("nuts", "nut")
    assert {info.name: info.count for info in project.classes()} == {"bolt": 1, "nut": 2}
    assert [mark.label for mark in project.marks(["0.png"])["0.png"]] == ["nut"]
    project.undo()
    assert {info.name: info.count for info in project.classes()} == {"bolt": 1, "nut": 1, "nuts": 2}
