"""Annotation files of other tools are understood in one sentence and taken in with their media."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.task import Kind, Modality
from labeling.errors import ImportRefused
from labeling.formats.media_annotated import MediaAnnotated
from labeling.formats.texts_annotated import COLUMN, TextsAnnotated
from labeling.importing import inputs, labelled, read, understand
from labeling.media import MEDIA
from labeling.snapshot import snapshot
from labeling.source import Source
from tests.labeling.conftest import PictureMaker


def coco(folder: Path, names: list[str], boxes: dict[int, list[int]]) -> None:
    document = {
        "images": [{"id": place, "file_name": name} for place, name in enumerate(names)],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": 9, "image_id": image, "category_id": kind, "bbox": [1, 1, 9, 9]}
            for image, kinds in boxes.items()
            for kind in kinds
        ],
    }
    (folder / "annotations.json").write_text(json.dumps(document))


@pytest.fixture
def pets(tmp_path: Path, make_picture: PictureMaker) -> Path:
    for place in range(12):
        make_picture(tmp_path / "pets" / "images" / f"{place}.png", seed=place)
    coco(tmp_path / "pets", [f"{place}.png" for place in range(11)], {n: [1, 2] if n % 3 else [1] for n in range(10)})
    return tmp_path / "pets"


def test_boxes_say_which_classes_a_picture_shows(pets: Path) -> None:
    understanding = understand(pets)
    said = "12 photos with boxes of COCO → sort photos into any of cat / dog; 1 has no label"
    assert (understanding.text(), understanding.kind) == (said, Kind.MULTILABEL)
    batch = read(understanding)
    labels = dict(batch.frame.select("id", "label").iter_rows())
    assert labels["images/1.png"] == ["cat", "dog"]
    assert labels["images/10.png"] == [] and labels["images/11.png"] is None
    frozen = snapshot(batch.frame, understanding)
    assert frozen.task.classes == ("cat", "dog")


def test_the_annotation_file_itself_can_be_given(pets: Path) -> None:
    understanding = understand(pets / "annotations.json")
    assert understanding.samples == 11
    assert read(understanding).frame["reference"][0] == str(pets / "images" / "0.png")


def test_plain_folders_are_left_to_the_other_formats(bolts: Path) -> None:
    source = Source(bolts)
    assert not any(MediaAnnotated(medium).recognises(source) for medium in MEDIA.values())
    assert not TextsAnnotated().recognises(source)


def test_a_broken_list_of_texts_beside_photos_does_not_keep_them_out(bolts: Path) -> None:
    (bolts / "tasks.json").write_text('[{"data": {}, "annotations": ' + "[" * 200_000)
    understanding = understand(bolts)
    assert understanding.text().startswith("18 photos in")
    assert "tasks.json is nested too deeply" in understanding.problems[0]


def test_annotations_without_their_pictures_say_what_to_do(tmp_path: Path) -> None:
    coco(tmp_path, ["a.png"], {0: [1]})
    with pytest.raises(ImportRefused, match="about no picture that is there"):
        understand(tmp_path / "annotations.json")


def test_regions_of_sounds(tmp_path: Path) -> None:
    for name in ("a", "b"):
        soundfile.write(tmp_path / f"{name}.wav", np.sin(np.arange(8000) / 9).astype(np.float32), 8000)
    (tmp_path / "a.txt").write_text("0.1\t0.5\ttit\n")
    understanding = understand(tmp_path)
    assert understanding.text().startswith("2 sounds with regions of Audacity → sort sounds into any of tit")
    assert read(understanding).frame["marks"].to_list() == ['[["tit", 0.1, 0.5, null, null]]', None]


def test_texts_in_a_list_are_learned_from_predicted_and_measured(tmp_path: Path) -> None:
    lines = [f"__label__{'good' if n % 2 else 'bad'} text number {n}\n" for n in range(20)]
    (tmp_path / "reviews.txt").write_text("".join(lines))
    understanding = understand(tmp_path / "reviews.txt")
    assert understanding.text() == "20 texts with labels of fastText → sort texts into bad / good"
    assert (understanding.modality, understanding.kind) == (Modality.TEXT, Kind.MULTICLASS)
    task = snapshot(read(understanding).frame, understanding).task
    assert task.columns == (COLUMN,)
    assert inputs(tmp_path / "reviews.txt", task).frame["x:text"][0] == "text number 0"
    assert labelled(tmp_path / "reviews.txt", task).frame["label"].to_list()[:2] == ["bad", "good"]
    (tmp_path / "other.csv").write_text("text,label\nfine,good\n")
    with pytest.raises(ImportRefused, match="learned from an annotation file"):
        labelled(tmp_path / "other.csv", task)


def test_spans_of_texts_say_which_classes_a_text_has(tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text("Anna B-PER\nleft O\n\nRome B-LOC\n\nNothing O\n")
    understanding = understand(tmp_path)
    assert understanding.text() == "3 texts with spans of CoNLL → sort texts into any of LOC / PER"
    frame = read(understanding).frame
    assert frame["label"].to_list() == [["PER"], ["LOC"], []]
    assert frame["marks"].to_list() == ['[["PER", 0, 4]]', '[["LOC", 0, 4]]', "[]"]


def test_pictures_without_annotations_keep_the_class_of_their_folder(bolts: Path) -> None:
    coco(bolts, ["bolt/0.png", "nut/0.png"], {0: [1], 1: [1, 2]})
    understanding = understand(bolts)
    assert understanding.labelled == 18
    assert understanding.kind is Kind.MULTILABEL
    note = "2 of the files have annotations (COCO); the other 16 are labelled by the names of their folders."
    assert any(note in problem for problem in understanding.problems)
    labels = dict(read(understanding).frame.select("id", "label").iter_rows())
    assert labels["bolt/0.png"] == ["cat"]
    assert sorted(labels["nut/0.png"]) == ["cat", "dog"]
    assert (labels["bolt/1.png"], labels["washer/5.png"]) == (["bolt"], ["washer"])


def test_folders_that_only_hold_the_parts_are_no_classes(tmp_path: Path, make_picture: PictureMaker) -> None:
    for place in range(12):
        make_picture(tmp_path / ("images" if place % 2 else "JPEGImages") / f"{place}.png", seed=place)
    coco(tmp_path, ["0.png"], {0: [1]})
    understanding = understand(tmp_path)
    assert (understanding.labelled, understanding.classes) == (1, ("cat",))


def test_a_folder_called_like_a_class_of_the_annotations_is_one(tmp_path: Path, make_picture: PictureMaker) -> None:
    for place in range(4):
        make_picture(tmp_path / "batch 1" / f"{place}.png", seed=place)
    make_picture(tmp_path / "Cat" / "x.png", seed=9)
    make_picture(tmp_path / "batch 2" / "y.png", seed=10)
    coco(tmp_path, [f"{place}.png" for place in range(4)], {0: [1], 1: [2]})
    labels = dict(read(understand(tmp_path)).frame.select("id", "label").iter_rows())
    assert labels["Cat/x.png"] == ["cat"]
    assert labels["batch 2/y.png"] is None
