"""Labels that come later, for samples that are there already, are taken where nobody gave one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.project import Added, Project
from tests.labeling.project.conftest import PHOTOS, photos


def labels_of(project: Project) -> list[object]:
    return [sample.label for sample in project.page()]


def test_labels_that_come_later_are_taken_and_undone_as_one(make_project: Callable[..., Project]) -> None:
    project = make_project([None, None, "nut", None])
    later = photos(["bolt", None, "bolt", "washer", "nut"])
    assert project.add(PHOTOS, later) == Added(new=1, known=4, labelled=2)
    assert labels_of(project) == ["bolt", None, "nut", "washer", "nut"]
    assert [info.name for info in project.classes()] == ["nut", "bolt", "washer"]
    assert project.can_undo == "Add 1 photo and label 2 photos from photos"
    project.undo()
    assert labels_of(project) == [None, None, "nut", None]
    assert [info.name for info in project.classes()] == ["nut"]
    project.redo()
    assert labels_of(project) == ["bolt", None, "nut", "washer", "nut"]


def test_what_a_person_said_is_never_overwritten(make_project: Callable[..., Project]) -> None:
    project = make_project([None])
    project.set_label(["0.png"], "mine")
    assert project.add(PHOTOS, photos(["theirs"])) == Added(new=0, known=1, labelled=0)
    assert labels_of(project) == ["mine"]
    assert project.can_undo == "Label “mine”"


def test_boxes_that_come_later_are_taken(bolts: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted(bolts.rglob("*.png"))[:4]):
        (flat / f"{number}.png").write_bytes(path.read_bytes())
    with Project.create(tmp_path / "project") as project:
        understanding = understand(flat)
        project.add(understanding, read(understanding))
        document = {
            "images": [{"id": at, "file_name": f"{at}.png"} for at in range(3)],
            "categories": [{"id": 1, "name": "thread"}],
            "annotations": [{"image_id": at, "category_id": 1, "bbox": [1, 2, 9, 9]} for at in range(2)],
        }
        (flat / "boxes.json").write_text(json.dumps(document))
        boxed = understand(flat)
        assert project.add(boxed, read(boxed)) == Added(new=0, known=4, labelled=3)
        assert labels_of(project) == [("thread",), ("thread",), (), None]
        assert sorted(project.marks(project.ids())) == ["0.png", "1.png", "2.png"]
        assert project.frame().height == 4
        assert project.can_undo == "Label 3 photos from flat"
        project.undo()
        assert labels_of(project) == [None] * 4
        assert project.marks(project.ids()) == {}


def test_several_classes_do_not_come_to_samples_that_were_given_one(
    make_project: Callable[..., Project], bolts: Path
) -> None:
    project = make_project(None)
    flat = bolts / "nut"
    understanding = understand(flat)
    project.add(understanding, read(understanding))
    project.set_label(["0.png"], "mine")
    (flat / "0.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (flat / "classes.txt").write_text("thread\n")
    boxed = understand(flat)
    with pytest.raises(ImportRefused, match="gives each sample one class"):
        project.add(boxed, read(boxed))
    assert project.sample("0.png") is not None
    assert labels_of(project)[0] == "mine"
