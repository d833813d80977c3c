"""YOLO: whose number means which class, and which folders hold such labels at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from labeling.annotations.registry import CODECS
from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.source import Source

LINE = "{} 0.5 0.5 0.25 0.5\n"


def labelled(root: Path, files: dict[str, str]) -> None:
    """Write label files, each with its picture beside it, or in ``images`` where it lies in ``labels``."""
    for place, (name, text) in enumerate(files.items()):
        picture = root / f"{name.replace('labels', 'images')}.png"
        for path in (root / f"{name}.txt", picture):
            path.parent.mkdir(parents=True, exist_ok=True)
        (root / f"{name}.txt").write_text(text)
        Image.new("RGB", (100, 80), (place, 0, 0)).save(picture)


def classes(root: Path) -> dict[str, list[str]]:
    """Return the classes of the boxes of each picture."""
    found = CODECS["yolo"].read(Source(root)).samples
    return {sample.name: [box.label for box in sample.boxes or ()] for sample in found}


def said(root: Path) -> list[str]:
    return [problem.sentence for problem in CODECS["yolo"].read(Source(root)).problems]


@pytest.mark.parametrize("name", ["classes.txt", "obj.names"])
def test_a_blank_line_in_the_list_shifts_no_class(tmp_path: Path, name: str) -> None:
    labelled(tmp_path, {"a": LINE.format(0) + LINE.format(2)})
    (tmp_path / name).write_text("cat\n\ndog\n\n")
    assert classes(tmp_path) == {"a.png": ["cat", "dog"]}


def test_each_folder_has_the_list_beside_it(tmp_path: Path) -> None:
    labelled(tmp_path, {"one/a": LINE.format(0), "two/b": LINE.format(0)})
    (tmp_path / "one" / "classes.txt").write_text("cat\n")
    (tmp_path / "two" / "classes.txt").write_text("dog\n")
    assert classes(tmp_path) == {"one/a.png": ["cat"], "two/b.png": ["dog"]}
    assert "one/classes.txt, two/classes.txt" in said(tmp_path)[0]
    (tmp_path / "two" / "classes.txt").write_text("cat\n\n")
    assert said(tmp_path) == []


def test_lists_that_differ_and_lie_beside_no_label_file_are_refused(tmp_path: Path) -> None:
    labelled(tmp_path, {"labels/a": LINE.format(0)})
    for folder, name in (("one", "cat"), ("two", "dog")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "classes.txt").write_text(name)
    with pytest.raises(ImportRefused, match="Keep the right list alone"):
        classes(tmp_path)
    assert any("Lists of classes differ" in problem for problem in understand(tmp_path).problems)


def test_a_list_somewhere_else_counts_where_there_is_no_other(tmp_path: Path) -> None:
    labelled(tmp_path, {"labels/a": LINE.format(0)})
    (tmp_path / "about").mkdir()
    (tmp_path / "about" / "classes.txt").write_text("cat\n")
    assert classes(tmp_path) == {"images/a.png": ["cat"]}


@pytest.mark.parametrize("folder", ["", "labels/"])
def test_labels_are_recognised_after_many_pictures_without_boxes(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}{place:02}": "" for place in range(60)}
    labelled(tmp_path, {**files, f"{folder}99": "\n" + LINE.format(0)})
    (tmp_path / "classes.txt").write_text("cat\n")
    frame = read(understand(tmp_path)).frame
    assert frame["label"].to_list() == [*[[]] * 60, ["cat"]]


def test_pictures_without_any_box_are_recognised_by_the_list_and_the_folder(tmp_path: Path) -> None:
    labelled(tmp_path, {"labels/a": "", "labels/b": ""})
    (tmp_path / "classes.txt").write_text("cat\n")
    assert CODECS["yolo"].recognises(Source(tmp_path))


def test_a_class_without_a_box_for_each_picture_is_no_label_file(tmp_path: Path) -> None:
    labelled(tmp_path, {f"labels/{place}": f"{place % 2}\n" for place in range(6)})
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    lines = [f"images/{place}.png,{('cat', 'dog')[place % 2]}\n" for place in range(6)]
    (tmp_path / "list.csv").write_text("".join(["filename,label\n", *lines]))
    understanding = understand(tmp_path)
    assert (understanding.classes, understanding.labelled) == (("cat", "dog"), 6)
    assert read(understanding).frame["label"].to_list() == ["cat", "dog"] * 3


def test_blank_label_files_are_those_of_pictures_without_any_box(tmp_path: Path) -> None:
    labelled(tmp_path, {"labels/a": "\n", "labels/b": ""})
    (tmp_path / "classes.txt").write_text("cat\n")
    assert CODECS["yolo"].recognises(Source(tmp_path))


def test_label_files_with_a_mark_of_their_encoding_are_recognised(tmp_path: Path) -> None:
    labelled(tmp_path, {"labels/a": "\ufeff" + LINE.format(0)})
    (tmp_path / "classes.txt").write_text("cat\n")
    assert read(understand(tmp_path)).frame["label"].to_list() == [["cat"]]


def test_what_else_stands_in_the_description_does_not_matter(tmp_path: Path) -> None:
    labelled(tmp_path, {"labels/a": LINE.format(1)})
    (tmp_path / "data.yaml").write_text("date: 2024-02-31\nnames:\n  0: yes\n  1: no\n  first: x\n")
    assert classes(tmp_path) == {"images/a.png": ["no"]}
    (tmp_path / "data.yaml").write_text("names: [yes, no\n")
    with pytest.raises(ImportRefused, match="cannot be read as YAML"):
        classes(tmp_path)
