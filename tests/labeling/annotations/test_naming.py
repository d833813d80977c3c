"""Files that differ in their ending or folder alone keep their own labels, or it is said that they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from labeling.annotations.model import Annotated, Annotations, Box, Region, all_names
from labeling.annotations.naming import own_files
from labeling.annotations.registry import CODECS
from labeling.source import Source
from tests.labeling.conftest import PictureMaker

SIZE = (64, 48)


def boxed(name: str, label: str, split: str | None = None) -> Annotated:
    return Annotated(name, size=SIZE, boxes=(Box(label, 1, 2, 30, 20),), split=split)


def together(*samples: Annotated) -> Annotations:
    return Annotations(list(samples), all_names(samples))


def test_every_name_has_a_file_of_its_own() -> None:
    names = ["a_png.jpg", "b/a.jpg", "a.jpg", "a.png", "A.PNG", "c/a.png"]
    files = [str(path) for path in own_files(names, ".xml")]
    assert files == ["a_png.xml", "b/a.xml", "a.xml", "a_png (2).xml", "A_PNG (3).xml", "c/a.xml"]


@pytest.mark.parametrize("to", ["voc", "labelme"])
def test_pictures_of_one_name_keep_their_boxes(to: str, tmp_path: Path, make_picture: PictureMaker) -> None:
    names = ("a.jpg", "a.png", "b/a.jpg", "b/1.png", "1.png")
    written = together(*(boxed(name, f"class {at}") for at, name in enumerate(names)))
    for name in names:
        make_picture(tmp_path / name)
    assert CODECS[to].cannot_carry(written) == []
    CODECS[to].write(written, tmp_path)
    read = CODECS[to].read(Source(tmp_path))
    assert read.problems == []
    assert {sample.name: sample.names for sample in read.samples} == {s.name: s.names for s in written.samples}


def test_yolo_says_which_pictures_it_takes_for_others(tmp_path: Path) -> None:
    written = together(
        boxed("a.jpg", "cat"), boxed("a.png", "dog"), boxed("b/a.png", "cow"), boxed("a.webp", "hen", "test")
    )
    (said,) = CODECS["yolo"].cannot_carry(written)
    assert said.startswith("YOLO knows files by their names without the ending, and 1 is called like another one")
    assert "as a.png: left out" in said
    CODECS["yolo"].write(written, tmp_path)
    lines = {path.relative_to(tmp_path).as_posix(): path.read_text()[:1] for path in tmp_path.rglob("*.txt")}
    numbers = {name: str(place) for place, name in enumerate(written.classes)}
    assert lines == {
        "labels/train/a.txt": numbers["cat"],
        "labels/train/b/a.txt": numbers["cow"],
        "labels/test/a.txt": numbers["hen"],
    }


def test_audacity_says_which_sounds_it_takes_for_others(tmp_path: Path) -> None:
    samples = [Annotated(name, regions=(Region(name, 0.5, 1.0),)) for name in ("a.wav", "a.flac", "a.mp3", "b/a.mp3")]
    (said,) = CODECS["audacity"].cannot_carry(together(*samples))
    assert "2 are called like another one but for that, as a.flac: left out" in said
    CODECS["audacity"].write(together(*samples), tmp_path)
    assert {path.read_text().split("\t")[2].strip() for path in tmp_path.rglob("*.txt")} == {"a.wav", "b/a.mp3"}


def test_custom_vision_tells_folders_apart(tmp_path: Path, make_picture: PictureMaker) -> None:
    names = ("b/1.png", "1.png", "c/1.png", "c/2?x=%41.png")
    written = together(*(boxed(name, f"class {at}") for at, name in enumerate(names)))
    for name in names:
        make_picture(tmp_path / name)
    CODECS["custom_vision"].write(written, tmp_path)
    read = CODECS["custom_vision"].read(Source(tmp_path))
    assert {sample.name: sample.names for sample in read.samples} == {s.name: s.names for s in written.samples}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((None, None), {"train": "images/train", "val": "images/train"}),
        (("train", "test"), {"train": "images/train", "val": "images/test", "test": "images/test"}),
        (("train", "validation"), {"train": "images/train", "val": "images/validation"}),
        (("test", "test"), {"train": "images/test", "val": "images/test", "test": "images/test"}),
        ((), {"train": "images/train", "val": "images/train"}),
    ],
)
def test_yolo_names_what_ultralytics_asks_for(
    parts: tuple[str | None, ...], expected: dict[str, str], tmp_path: Path
) -> None:
    CODECS["yolo"].write(together(*(boxed(f"{at}.jpg", "cat", part) for at, part in enumerate(parts))), tmp_path)
    document = yaml.safe_load((tmp_path / "data.yaml").read_text())
    del document["names"]
    assert document == expected
