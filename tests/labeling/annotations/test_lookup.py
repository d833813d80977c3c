from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Literal
from unicodedata import normalize

import pytest

from engine.task import Modality
from labeling.annotations.lookup import Lookup
from labeling.media import MEDIA
from labeling.source import Source
from tests.labeling.conftest import PictureMaker

Form = Literal["NFC", "NFD"]
PHOTO = MEDIA[Modality.IMAGE]


@pytest.fixture
def lookup(tmp_path: Path, make_picture: PictureMaker) -> Lookup:
    for seed, name in enumerate(("a.png", "train/b.png", "train/same.png", "test/same.png", "train/c.d.png")):
        make_picture(tmp_path / name, seed=seed)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "labels.json").write_text("{}")
    return Lookup(Source(tmp_path), MEDIA[Modality.IMAGE])


@pytest.mark.parametrize(
    ("named", "beside", "found"),
    [
        ("a.png", "", "a.png"),
        ("./a.png", "", "a.png"),
        ("b.png", "", "train/b.png"),
        ("C:\\photos\\b.png", "", "train/b.png"),
        ("b.jpg", "", "train/b.png"),
        ("same.png", "", None),
        ("same.png", "train/labels.json", "train/same.png"),
        ("a.png", "test/labels.json", "a.png"),
        ("../a.png", "train/labels.json", "a.png"),
        ("../test/same.png", "train/labels.json", "test/same.png"),
        ("../../etc/passwd", "", None),
        ("", "", None),
        ("a.png\0", "", None),
        ("x" * 5000, "", None),
    ],
)
def test_files_are_found_as_named_beside_below_and_by_their_bare_name(
    lookup: Lookup, named: str, beside: str, found: str | None
) -> None:
    assert lookup.find(named, beside) == found


def test_a_file_beside_the_annotations_goes_before_one_at_the_top(
    tmp_path: Path, lookup: Lookup, make_picture: PictureMaker
) -> None:
    make_picture(tmp_path / "train" / "a.png", seed=9)
    assert lookup.find("a.png", "train/labels.json") == "train/a.png"
    assert lookup.exactly("train/a.png", "train/labels.json") == "train/a.png"
    assert lookup.exactly("a.jpg") is None


def test_of_files_with_one_stem_the_folder_decides(lookup: Lookup) -> None:
    assert lookup.of_stem("same") is None
    assert lookup.of_stem("same", ("test",)) == "test/same.png"
    assert lookup.of_stem("c.d") == "train/c.d.png"


def test_sizes_come_from_headers(lookup: Lookup) -> None:
    assert lookup.size("a.png") == (64, 48)
    assert lookup.size("broken.png") is None


def test_beside_a_single_file_its_folder_is_searched(lookup: Lookup, tmp_path: Path) -> None:
    alone = Lookup(Source(tmp_path / "labels.json"), MEDIA[Modality.IMAGE])
    assert alone.find("b.png") == "train/b.png"


def test_a_bare_name_means_no_file_that_was_found_for_another_name(lookup: Lookup) -> None:
    assert lookup.find("photos/b.png") == "train/b.png"
    assert lookup.find("photos/b.png") == "train/b.png"
    assert lookup.find("others/b.png") is None
    assert lookup.of_stem("b", ("others",)) is None


def test_a_bare_name_means_no_file_that_is_named_in_full(lookup: Lookup, tmp_path: Path) -> None:
    assert lookup.find("test/b.png") == "train/b.png"
    assert not lookup.mixed_up
    assert lookup.find("train/b.png") == "train/b.png"
    assert lookup.mixed_up
    again = Lookup(Source(tmp_path), MEDIA[Modality.IMAGE], frozenset(lookup.named))
    assert again.find("test/b.png") is None
    assert again.find("train/b.png") == "train/b.png"


@pytest.mark.parametrize(
    ("file", "written", "found"),
    [
        ("b.xml", "a.png", "b.png"),  # renamed, or copied from a.xml, with the name inside as it was
        ("Annotations/e.xml", "a.png", "JPEGImages/e.jpg"),
        ("two/labels/f.json", "f.png", "two/img/f.png"),
        ("train/annotations/a.xml", "a.png", "a.png"),  # as our own files of a part name what lies outside of it
        ("one/a.json", "../two/images/a.png", "two/images/a.png"),
        ("a.xml", "two\\images\\a.png", "two/images/a.png"),
        ("7.xml", "a.png", "a.png"),
        ("Annotations/a_png.xml", "a.png", "a.png"),  # which one of two namesakes is called
        ("Annotations/same.xml", "JPEGImages/same.jpg", "JPEGImages/same.jpg"),
        ("Annotations/same.xml", "", None),
        ("b.xml", "gone.png", "b.png"),
        ("b.xml", "", "b.png"),
    ],
)
def test_an_annotation_file_of_its_own_is_about_the_picture_called_like_it(
    tmp_path: Path, make_picture: PictureMaker, file: str, written: str, found: str | None
) -> None:
    names = ["a.png", "b.png", "a_png.png", "JPEGImages/e.jpg", "two/images/a.png", "train/a.png"]
    names += ["JPEGImages/same.jpg", "JPEGImages/same.png", "one/img/f.png", "two/img/f.png"]
    for seed, name in enumerate(names):
        make_picture(tmp_path / name, seed=seed)
    assert Lookup(Source(tmp_path), MEDIA[Modality.IMAGE]).of_file(file, written) == found


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_accents_that_are_stored_otherwise_are_the_same_name(
    stored: Form, typed: Form, tmp_path: Path, make_picture: PictureMaker
) -> None:
    here, there = (normalize(form, "bäume/größe.png") for form in (stored, typed))
    make_picture(tmp_path / here)
    source, bare = Source(tmp_path), PurePosixPath(there)
    beside = normalize(typed, "labels/bäume/größe.xml")
    found = [
        Lookup(source, PHOTO).exactly(there),
        Lookup(source, PHOTO).find(bare.name),
        Lookup(source, PHOTO).find(bare.stem),
        Lookup(source, PHOTO).of_stem(bare.stem),
        Lookup(source, PHOTO).of_file(beside, there),
    ]
    assert found == [here] * 5
