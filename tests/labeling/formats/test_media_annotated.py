"""What several annotations of pictures make of their labels, boxes and numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.task import Kind
from labeling.importing import read, understand
from labeling.project import Project
from tests.labeling.conftest import PictureMaker


@pytest.fixture
def photos(tmp_path: Path, make_picture: PictureMaker) -> Path:
    """A folder of four pictures."""
    for place in range(4):
        make_picture(tmp_path / "photos" / f"{place}.png", seed=place)
    return tmp_path / "photos"


def boxed(folder: Path, boxes: dict[str, list[str]], name: str = "boxes.json", left: float = 1) -> None:
    """Write a COCO file with a box of each of these classes in each of these pictures."""
    classes = sorted({label for labels in boxes.values() for label in labels})
    document = {
        "images": [{"id": place, "file_name": file} for place, file in enumerate(boxes)],
        "categories": [{"id": place, "name": label} for place, label in enumerate(classes)],
        "annotations": [
            {"image_id": place, "category_id": classes.index(label), "bbox": [left + 5 * at, 1, 9, 9]}
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


def test_boxes_of_a_picture_that_is_gone_do_not_land_on_one_of_the_same_name(
    photos: Path, make_picture: PictureMaker
) -> None:
    make_picture(photos / "b" / "9.png", seed=9)
    boxed(photos, {"a/9.png": ["cat"], "b/9.png": ["dog"], "0.png": ["cat"]})
    assert marked(photos) == {"0.png": ["cat"], "b/9.png": ["dog"]}
    assert any(problem.path == "a/9.png" for problem in read(understand(photos)).problems)


def test_label_files_of_a_picture_that_is_gone_are_not_those_of_another(
    tmp_path: Path, make_picture: PictureMaker
) -> None:
    make_picture(tmp_path / "images" / "b" / "1.png", seed=1)
    make_picture(tmp_path / "images" / "b" / "2.png", seed=2)
    for name, number in (("a/1", 0), ("b/1", 1), ("b/2", 0)):
        path = tmp_path / "labels" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} 0.5 0.5 0.25 0.5\n")
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    assert marked(tmp_path) == {"images/b/1.png": ["dog"], "images/b/2.png": ["cat"]}


def test_two_files_about_one_picture_both_count(photos: Path) -> None:
    boxed(photos, {"0.png": ["cat"], "1.png": ["cat"]})
    boxed(photos, {"0.png": ["dog"], "2.png": ["dog"]}, "more.json", left=8)
    assert marked(photos) == {"0.png": ["cat", "dog"], "1.png": ["cat"], "2.png": ["dog"]}
    problems = understand(photos).problems
    assert any("1 file is annotated in several places" in problem for problem in problems)


def test_a_list_in_long_form_gives_a_picture_all_its_classes(photos: Path) -> None:
    said = [("0.png", "red"), ("1.png", "red"), ("0.png", "round"), ("2.png", "round")]
    lines = [json.dumps({"file": name, "labels": [label]}) for name, label in said]
    (photos / "all.jsonl").write_text("\n".join(lines))
    frame = read(understand(photos)).frame
    assert dict(frame.select("id", "label").iter_rows())["0.png"] == ["red", "round"]


def tasks(folder: Path, results: dict[str, list[tuple[str, object]]], name: str = "tasks.json") -> None:
    """Write what Label Studio exports, with these results of each kind for each picture."""
    document = [
        {
            "data": {"image": picture},
            "annotations": [{"result": [{"type": kind, "value": {kind: value}} for kind, value in given]}],
        }
        for picture, given in results.items()
    ]
    (folder / name).write_text(json.dumps(document))


def test_a_corrected_copy_of_the_annotations_does_not_double_their_boxes(photos: Path) -> None:
    boxed(photos, {"0.png": ["cat", "dog"], "1.png": ["cat"]})
    boxed(photos, {"0.png": ["Cat", "cat", "dog"], "1.png": ["dog"]}, "boxes_corrected.json", left=1.25)
    assert marked(photos) == {"0.png": ["cat", "dog", "dog"], "1.png": ["cat"]}
    told = {problem.path: problem.sentence for problem in read(understand(photos)).problems}
    assert "1 box that another file has too counts once" in told[""]
    assert "“dog” and as “cat”" in told["0.png"]
    assert "“cat” and as “dog”: “cat”, which comes first, was kept" in told["1.png"]


def test_two_tasks_that_disagree_on_the_class_of_a_picture_leave_one_class_each(photos: Path) -> None:
    tasks(photos, {"0.png": [("choices", ["cat"])], "1.png": [("choices", ["dog"])]})
    tasks(photos, {"1.png": [("choices", ["cat"])], "0.png": [("choices", ["Cat"])]}, "zagain.json")
    understanding = understand(photos)
    assert understanding.kind is Kind.MULTICLASS
    batch = read(understanding)
    assert batch.frame["label"].to_list() == ["cat", "dog", None, None]
    assert [problem.path for problem in batch.problems if "which comes first, was kept" in problem.sentence] == [
        "1.png"
    ]


def test_numbers_of_pictures_are_learned(photos: Path) -> None:
    tasks(photos, {"0.png": [("number", 2)], "1.png": [("number", 0.1)], "2.png": []})
    understanding = understand(photos)
    assert understanding.kind is Kind.REGRESSION
    said = "4 photos with labels of Label Studio → predict a number for photos; 2 have no label"
    assert (understanding.text(), understanding.marked) == (said, False)
    frame = read(understanding).frame
    assert frame["label"].to_list() == [2.0, 0.1, None, None]
    assert frame["marks"].null_count() == 4
    other = understand(photos, kind=Kind.MULTICLASS)
    assert other.classes == ("0.1", "2.0")


def test_numbers_beside_classes_are_told_and_are_no_class(photos: Path) -> None:
    tasks(photos, {"0.png": [("number", 2)], "1.png": [("choices", ["cat"])], "2.png": [("choices", ["dog", "cat"])]})
    understanding = understand(photos)
    assert understanding.kind is Kind.MULTILABEL
    assert any("Numbers of 1 of the samples were left out" in problem for problem in understanding.problems)
    assert read(understanding).frame["label"].to_list() == [None, ["cat"], ["dog", "cat"], None]


def test_a_renamed_copy_keeps_its_boxes_though_the_name_inside_is_that_of_the_first(photos: Path) -> None:
    text = (
        "<annotation><filename>0.png</filename><object><name>{}</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
        "<xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
    )
    for place, label in enumerate(("cat", "dog", "cat")):
        (photos / f"{place}.xml").write_text(text.format(label))
    assert marked(photos) == {"0.png": ["cat"], "1.png": ["dog"], "2.png": ["cat"]}
