"""The same files can be read in several ways, and the person picks another than the one that was guessed."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.task import Kind, Modality
from labeling.importing import read, understand
from labeling.understanding import Understanding
from tests.labeling.conftest import PictureMaker


@pytest.fixture
def both(bolts: Path) -> Path:
    """Class folders, all pictures of which have boxes too, and a list of three of them."""
    names = sorted(path.relative_to(bolts).as_posix() for path in bolts.rglob("*.png"))
    document = {
        "images": [{"id": at, "file_name": name} for at, name in enumerate(names)],
        "categories": [{"id": 1, "name": "thread"}],
        "annotations": [{"image_id": at, "category_id": 1, "bbox": [1, 1, 9, 9]} for at in range(len(names))],
    }
    (bolts / "boxes.json").write_text(json.dumps(document))
    (bolts / "list.csv").write_text(
        "file,grade\n" + "".join(f"{name},{'AB'[at % 2]}\n" for at, name in enumerate(names))
    )
    return bolts


def options(found: Understanding, field: str) -> tuple[str, ...]:
    (part,) = [part for part in found.sentence() if part.field == field]
    assert part.text == part.options[0]
    return part.options


def picked(found: Understanding, field: str, option: str) -> Understanding:
    return understand(found.source, chosen=found.chosen, **found.wish(field, option))


def test_labels_come_from_where_the_person_says(both: Path) -> None:
    found = understand(both)
    assert found.text() == "18 photos with boxes of COCO → sort photos into any of thread"
    assert options(found, "layout") == ("with boxes of COCO", "with a list", "in folders", "without labels")
    folders = picked(found, "layout", "in folders")
    assert folders.text() == "18 photos in 3 folders → sort photos into bolt / nut / washer"
    assert set(read(folders).frame["label"]) == {"bolt", "nut", "washer"}
    listed = picked(folders, "layout", "with a list")
    assert listed.text() == "18 photos with a list → sort photos into A / B (column grade)"
    nothing = picked(listed, "layout", "without labels")
    assert nothing.text() == "18 photos without labels → you give each one class"
    assert read(nothing).frame["label"].null_count() == 18
    assert picked(nothing, "layout", "with annotation files").text() == found.text()


def test_other_choices_keep_the_layout(both: Path) -> None:
    folders = picked(understand(both), "layout", "in folders")
    several = picked(folders, "kind", "sort photos into any of")
    assert (several.format, several.kind) == ("image_folders", Kind.MULTILABEL)
    assert read(several).frame["label"][0].to_list() == ["bolt"]


def test_a_part_for_the_test_can_be_learned_from_too(tmp_path: Path, make_picture: PictureMaker) -> None:
    for seed, (part, kind) in enumerate(product(("train", "test"), ("ant", "bee"))):
        for place in range(3):
            make_picture(tmp_path / part / kind / f"{place}.png", seed=10 * seed + place)
    found = understand(tmp_path)
    assert found.text() == "12 photos in 2 folders → sort photos into ant / bee; 6 kept apart for the test"
    assert options(found, "apart") == ("6 kept apart for the test", "none kept apart for the test")
    assert read(found).frame["split"].to_list().count("test") == 6
    mixed = understand(tmp_path, **found.wish("apart", "none kept apart for the test"))
    assert mixed.text().endswith("; none kept apart for the test")
    assert read(mixed).frame["split"].null_count() == 12
    again = understand(tmp_path, **mixed.wish("apart", "6 kept apart for the test"))
    assert read(again).frame["split"].to_list().count("test") == 6


def test_the_other_files_of_a_mixed_folder_can_be_meant(bolts: Path) -> None:
    for place in range(3):
        soundfile.write(bolts / f"{place}.wav", np.zeros(800, dtype=np.float32), 8000)
    found = understand(bolts)
    assert found.modality is Modality.IMAGE
    assert options(found, "layout")[-1] == "the sounds without labels"
    sounds = picked(found, "layout", "the sounds without labels")
    assert sounds.text() == "3 sounds without labels → you give each one class"
    assert read(sounds).frame["id"].to_list() == ["0.wav", "1.wav", "2.wav"]


def test_where_there_is_one_way_nothing_is_asked(tmp_path: Path, make_picture: PictureMaker) -> None:
    make_picture(tmp_path / "a.png")
    assert [part.field for part in understand(tmp_path).sentence()] == [None, "kind"]
