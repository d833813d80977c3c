"""What a second import brings is called as the project calls it, and never more than can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.task import ColumnType, Kind
from labeling.errors import ImportRefused, ProjectError
from labeling.importing import read, understand
from labeling.project import Added, Project
from labeling.tables.anew import read_anew
from labeling.tables.further import as_before
from tests.labeling.project.conftest import PHOTOS, photos

TOLD = (
    "Names that differ in capitals alone were taken as one class: “Cat” as “cat”. Rename one of them if they are two "
    "classes."
)


def table(path: Path, homes: Sequence[str], pets: Sequence[str]) -> Path:
    lines = [f"{row % 9}.5,{homes[row // 2 % 2]},{pets[row % 2]}" for row in range(40)]
    path.write_text("\n".join(["age,home,pet", *lines]) + "\n")
    return path


def add(project: Project, path: Path) -> Added:
    found = as_before(project, understand(path, target="pet"))
    return project.add(found, read(found))


def change(project: Project, target: str, **types: ColumnType | None) -> None:
    project.change_columns([(s, *read_anew(s.understanding, target, types)) for s in project.table_sources()])


def counts(project: Project) -> dict[str, int]:
    return {info.name: info.count for info in project.classes()}


@pytest.fixture
def project(make_project: Callable[..., Project], tmp_path: Path) -> Project:
    """Two tables that spell a class and a home in two ways."""
    project = make_project()
    assert add(project, table(tmp_path / "first.csv", ["Oslo", "Rome"], ["cat", "dog"])) == Added(40, 0)
    assert add(project, table(tmp_path / "more.csv", ["oslo", "Rome"], ["Cat", "dog"])) == Added(40, 0, told=(TOLD,))
    return project


def test_rows_of_a_class_that_another_table_spells_otherwise_are_of_the_same(project: Project) -> None:
    assert counts(project) == {"cat": 40, "dog": 40}
    assert project.frame()["label"].to_list() == ["cat", "dog"] * 40


def test_a_table_is_known_again_whatever_its_classes_are_called_by_now(project: Project, tmp_path: Path) -> None:
    assert add(project, tmp_path / "more.csv") == Added(0, 40)
    project.rename_class("dog", "DOG")
    assert add(project, tmp_path / "first.csv") == Added(0, 40)
    assert counts(project) == {"cat": 40, "DOG": 40}


def test_tables_that_spell_a_class_in_two_ways_are_read_anew(project: Project) -> None:
    change(project, "pet", age=ColumnType.CATEGORY)
    assert project.can_undo == "Read “age” as category"
    assert counts(project) == {"cat": 40, "dog": 40}
    change(project, "home")
    assert counts(project) == {"Oslo": 40, "Rome": 40}
    change(project, "pet")
    assert len(counts(project)) == 2


def test_other_labels_are_still_other_rows(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text(path.read_text().replace("Cat", "cow"))
    with pytest.raises(ProjectError, match="its column “pet” differs"):
        change(project, "pet", age=ColumnType.CATEGORY)


def test_photos_of_a_class_that_is_spelled_otherwise_are_told_of(make_project: Callable[..., Project]) -> None:
    project = make_project(["cat", "dog"])
    assert project.add(PHOTOS, photos(["Cat", "dog"], start=10)) == Added(2, 0, told=(TOLD,))


def test_no_more_classes_come_than_can_be_told_apart(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.project.class_table.MAX_CLASSES", 3)
    project = make_project(["ant", "bee"])
    with pytest.raises(ProjectError, match="would have 4 classes; at most 3 can be told apart, so nothing was changed"):
        project.add(PHOTOS, photos(["cow", "dog"], start=10))
    assert (project.count(), list(counts(project))) == (2, ["ant", "bee"])
    project.add(PHOTOS, photos(["cow", "bee"], start=10))
    with pytest.raises(ProjectError, match="would have 4 classes"):
        project.add_class("dog")
    with pytest.raises(ProjectError, match="would have 4 classes"):
        project.set_label(["0.png"], "dog")
    assert project.set_label(["0.png"], "cow") == 1
    project.rename_class("ant", "dog")
    assert list(counts(project)) == ["dog", "bee", "cow"]


def test_a_column_that_is_numbers_here_and_classes_there_is_refused(
    make_project: Callable[..., Project], tmp_path: Path
) -> None:
    path = tmp_path / "birds.csv"
    path.write_text("wing,label\n" + "".join(f"{row % 7}.5,{row % 30}\n" for row in range(90)))
    project, numbers, classes = make_project(), understand(path, kind=Kind.REGRESSION), understand(path)
    assert (numbers.target, classes.target, classes.kind) == ("label", "label", Kind.MULTICLASS)
    project.add(numbers, read(numbers))
    with pytest.raises(ImportRefused, match=r"gives each sample a number, and birds\.csv gives each sample one class"):
        project.add(classes, read(classes))
