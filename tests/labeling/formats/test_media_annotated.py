"""What several annotations of pictures make of their labels, boxes and numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeling.importing import read, understand
from labeling.project import Project
from tests.labeling.conftest import PictureMaker


@pytest.fixture
def photos(tmp_path: Path, make_picture: PictureMaker) -> Path:
    """A folder of four pictures."""
    for place in range(4):
        make_picture(tmp_path / "photos" / f"{place}.png", seed=place)
    return tmp_path / "photos"


def boxed(folder: Path, boxes: dict[str, list[str]], name: str = "boxes.json") -> None:
    """Write a COCO file with a box of each of these classes in each of these pictures."""
    classes = sorted({label for labels in boxes.values() for label in labels})
    document = {
        "images": [{"id": place, "file_name": file} for place, file in enumerate(boxes)],
        "categories": [{"id": place, "name": label} for place, label in enumerate(classes)],
        "annotations": [
            {"image_id": place, "category_id": classes.index(label), "bbox": [1 + at, 1, 9, 9]}
            for place, labels in enumerate(boxes.values())
            for at, label in enumerate(labels)
        ],
    }
    (folder / name).write_text(json.dumps(document))


def marked(folder: Path) -> dict[str, list[str]]:
    """Return the classes of the boxes of each picture, as they are taken in."""
    frame = read(understand(folder)).frame
    return {
        name: [mark[0] for mark in json.loads(marks)]
        for name, marks in frame.select("id", "marks").drop_nulls().iter_rows()
    }


def test_boxes_are_called_as_the_class_that_two_spellings_became(photos: Path, tmp_path: Path) -> None:
    boxed(photos, {"0.png": ["person"], "1.png": ["person"], "2.png": ["Person", "dog"]})
    assert marked(photos) == {"0.png": ["person"], "1.png": ["person"], "2.png": ["person", "dog"]}
    understanding = understand(photos)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        project.set_label(["2.png"], ("cat", "dog", "person"))
        assert [mark.label for mark in project.marks(["2.png"])["2.png"]] == ["person", "dog"]


def test_boxes_are_called_as_their_class_whose_name_cannot_be_joined(photos: Path) -> None:
    boxed(photos, {"0.png": ["cat; black"], "1.png": ["dog"]})
    assert marked(photos) == {"0.png": ["cat, black"], "1.png": ["dog"]}
    assert understand(photos).classes == ("cat, black", "dog")
