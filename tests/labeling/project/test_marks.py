from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.task import Kind
from labeling.annotations.model import Box
from labeling.errors import ProjectError
from labeling.exporting import annotations_of
from labeling.importing import read, understand
from labeling.project import Project
from tests.labeling.conftest import PictureMaker
from tests.labeling.project.conftest import PHOTOS, photos

CAT, DOG = Box("cat", 1.5, 2, 30, 20), Box("dog", 0, 0, 10, 10)


@pytest.fixture
def pets(tmp_path: Path, make_picture: PictureMaker) -> Path:
    """Three pictures; YOLO files say that the first shows a cat and a dog, and the second nothing."""
    folder = tmp_path / "pets"
    for place in range(3):
        make_picture(folder / f"{place}.png", seed=place)
    (folder / "classes.txt").write_text("cat\ndog\n")
    (folder / "0.txt").write_text("0 0.5 0.5 0.25 0.5\n1 0.1 0.1 0.1 0.1\n")
    (folder / "1.txt").write_text("")
    return folder


@pytest.fixture
def project(pets: Path, tmp_path: Path) -> Iterator[Project]:
    understanding = understand(pets)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        yield project


def test_marks_are_taken_in_and_tell_the_classes(project: Project) -> None:
    understanding = project.understanding()
    assert understanding is not None
    assert understanding.text() == "3 photos with boxes of YOLO → sort photos into any of cat / dog; 1 has no label"
    assert understanding.kind is Kind.MULTILABEL
    marks = project.marks(["0.png", "1.png", "2.png", "nobody"])
    assert marks == {"0.png": (Box("cat", 24, 12, 16, 24), marks["0.png"][1]), "1.png": ()}
    labels = [sample.label for sample in project.page()]
    assert labels == [("cat", "dog"), (), None]


def test_changing_marks_is_one_named_change_that_survives_a_restart(project: Project) -> None:
    assert project.set_marks("2.png", [DOG, CAT], "Draw two boxes")
    assert not project.set_marks("2.png", [DOG, CAT], "Draw them again")
    assert not project.set_marks("nobody", [DOG], "Draw a box")
    project.close()
    with Project.open(project.path) as again:
        assert again.marks(["2.png"]) == {"2.png": (DOG, CAT)}
        assert again.samples(["2.png"])[0].label == ("cat", "dog")
        assert again.undo() == "Draw two boxes"
        assert again.marks(["2.png"]) == {}
        assert again.samples(["2.png"])[0].label is None
        assert again.redo() == "Draw two boxes"
        assert again.marks(["2.png"]) == {"2.png": (DOG, CAT)}


def test_a_mark_of_a_new_class_adds_it_and_undo_takes_it_away(project: Project) -> None:
    project.set_marks("0.png", [Box("fox", 0, 0, 5, 5)], "Draw a fox")
    assert [info.name for info in project.classes()] == ["cat", "dog", "fox"]
    project.undo()
    assert [info.name for info in project.classes()] == ["cat", "dog"]


def test_renaming_and_removing_a_class_reaches_the_marks(project: Project) -> None:
    project.rename_class("cat", "Katze")
    project.remove_class("dog")
    assert [mark.label for mark in project.marks(["0.png"])["0.png"]] == ["Katze"]
    assert project.samples(["0.png"])[0].label == ("Katze",)
    project.undo()
    project.undo()
    assert [mark.label for mark in project.marks(["0.png"])["0.png"]] == ["cat", "dog"]


def test_a_new_label_takes_marks_of_other_classes_along(project: Project) -> None:
    project.set_label(["0.png", "2.png"], ("dog",))
    assert [mark.label for mark in project.marks(["0.png"])["0.png"]] == ["dog"]
    assert project.marks(["2.png"]) == {}  # nobody has looked for marks there
    project.set_label(["0.png"], None)
    assert project.marks(["0.png"]) == {}
    project.undo()
    project.undo()
    assert [mark.label for mark in project.marks(["0.png"])["0.png"]] == ["cat", "dog"]


def test_samples_of_one_class_each_are_not_marked(tmp_path: Path) -> None:
    with Project.create(tmp_path / "project") as project:
        project.add(PHOTOS, photos(["bolt", "nut"]))
        with pytest.raises(ProjectError, match="one label each"):
            project.set_marks("0.png", [CAT], "Draw a box")


def test_the_same_change_a_moment_later_is_one_with_the_last(project: Project) -> None:
    project.set_marks("0.png", [Box("cat", 0, 0, 5, 5)], "Draw a box")
    for step in range(1, 5):
        assert project.set_marks("0.png", [Box("cat", step, 0, 5, 5)], "Move a box", joined=True)
    assert project.can_undo == "Move a box"
    project.undo()
    assert project.marks(["0.png"]) == {"0.png": (Box("cat", 0, 0, 5, 5),)}
    assert project.can_undo == "Draw a box"
    project.redo()
    assert project.marks(["0.png"]) == {"0.png": (Box("cat", 4, 0, 5, 5),)}
    project.set_marks("1.png", [Box("cat", 1, 1, 5, 5)], "Move a box", joined=True)
    project.undo()
    assert project.marks(["0.png"]) == {"0.png": (Box("cat", 4, 0, 5, 5),)}


def test_what_changes_a_class_is_never_joined(project: Project) -> None:
    project.set_marks("0.png", [Box("cat", 0, 0, 5, 5)], "Change")
    project.set_marks("0.png", [Box("dog", 0, 0, 5, 5)], "Change", joined=True)
    project.undo()
    assert project.marks(["0.png"]) == {"0.png": (Box("cat", 0, 0, 5, 5),)}


def test_classes_of_the_whole_sample_stay_when_its_marks_change(project: Project) -> None:
    project.set_label(["0.png"], ("cat", "dog", "outdoor"))
    cat, dog = project.marks(["0.png"])["0.png"]
    moved = Box("cat", 1, 1, 16, 24)
    assert project.set_marks("0.png", [moved, dog], "Move a box") == {"0.png": ("cat", "dog", "outdoor")}
    assert project.set_marks("0.png", [moved], "Delete a box") == {"0.png": ("cat", "outdoor")}
    assert project.samples(["0.png"])[0].label == ("cat", "outdoor")
    assert project.set_marks("0.png", [moved], "Once more") == {}
    assert project.set_marks("0.png", None, "Take all away") == {"0.png": ("outdoor",)}
    project.undo()
    project.undo()
    project.undo()
    assert project.samples(["0.png"])[0].label == ("cat", "dog", "outdoor")
    assert project.marks(["0.png"])["0.png"] == (cat, dog)


def test_a_sample_of_which_all_marks_are_taken_away_has_no_label(project: Project) -> None:
    assert project.set_marks("0.png", None, "Take all away") == {"0.png": None}
    assert project.samples(["0.png"])[0].label is None


@pytest.mark.parametrize(("label", "mark"), [("person", "Person"), ("cat, black", "cat; black")])
def test_marks_of_earlier_imports_are_of_the_class_that_the_label_spells_otherwise(
    project: Project, label: str, mark: str
) -> None:
    project.set_label(["0.png"], ("dog", label))
    stored = json.dumps([[mark, 0, 0, 5, 5], [mark, 9, 9, 5, 5], ["dog", 20, 20, 5, 5]])
    with sqlite3.connect(project.path / "project.db") as database:  # as it was written before both were called alike
        database.execute("UPDATE sample SET marks = ? WHERE name = '0.png'", (stored,))
    one, _, dog = project.marks(["0.png"])["0.png"]
    sample = next(one for one in annotations_of(project)[1].samples if one.name == "0.png")
    assert (sample.classes, set(sample.names)) == (None, {"dog", label})
    assert project.set_marks("0.png", [one, dog], "Delete a box") == {"0.png": tuple(sorted(("dog", label)))}
    assert project.set_marks("0.png", [dog], "Delete another") == {"0.png": ("dog",)}
    project.undo()
    assert project.set_marks("0.png", [Box("dog", 0, 0, 5, 5), dog], "Draw it anew") == {"0.png": ("dog",)}


def test_single_letters_in_other_capitals_are_other_classes(project: Project) -> None:
    project.set_marks("2.png", [Box("A", 0, 0, 5, 5)], "Draw a letter")
    project.set_label(["2.png"], ("A", "a"))
    assert project.set_marks("2.png", [Box("A", 1, 0, 5, 5)], "Move it") == {"2.png": ("A", "a")}
