"""Lists of pictures as people write them: odd separators, endings, folders, splits and gaps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.task import Modality
from labeling.errors import ImportRefused
from labeling.formats.media import Listing
from labeling.formats.media_manifest import LISTED_TWICE, MediaManifest, listed, locate, manifests
from labeling.importing import read, understand
from labeling.media import MEDIA
from labeling.source import Source

MakePicture = Callable[..., Path]

PHOTO = MEDIA[Modality.IMAGE]


@pytest.fixture
def photos(tmp_path: Path, make_picture: MakePicture) -> Path:
    """A folder of four pictures, two of them in ``images``."""
    folder = tmp_path / "photos"
    for number, name in enumerate(("0.png", "1.png", "images/2.png", "images/3.png")):
        make_picture(folder / name, seed=number)
    return folder


def listing(path: Path, target: str | None = None) -> Listing:
    return MediaManifest(PHOTO).listing(Source(path), target)


def labels(found: Listing) -> dict[str, str | None]:
    return {entry.id: entry.label for entry in found.entries}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("file,kind\n0.png,ant\n1.png,bee\n", "utf-8"),
        ("file;kind\n0.png;ant\n1.png;bee\n", "latin-1"),
        ("file\tkind\n0.png\tant\n1.png\tbee\n", "utf-16"),
        ("\ufefffile,kind\r\n0.png,ant\r\n1.png,bee\r\n", "utf-8"),
        ('"file","kind"\n"0.png","ant"\n"1.png","bee"\n', "utf-8"),
        ("kind,file\nant,./0.png\nbee, 1.png \n", "utf-8"),
        ("file,kind\n0,ant\n1,bee\n", "utf-8"),
        ("file,kind\nphotos\\0.png,ant\nphotos/1.png,bee\n", "utf-8"),
    ],
    ids=["commas", "semicolons", "tabs in UTF-16", "mark and CRLF", "quotes", "name last", "no ending", "with folder"],
)
def test_a_list_is_read_however_it_is_written(photos: Path, text: str, encoding: str) -> None:
    (photos.parent / "photos.csv").write_bytes(text.encode(encoding))
    found = listing(photos)
    assert {name: label for name, label in labels(found).items() if label} == {"0.png": "ant", "1.png": "bee"}
    assert found.problems == []


@pytest.mark.parametrize("gone_first", [True, False])
def test_a_label_of_a_picture_that_is_gone_does_not_land_on_one_of_the_same_name(
    photos: Path, make_picture: MakePicture, gone_first: bool
) -> None:
    make_picture(photos / "b" / "9.png", seed=9)
    make_picture(photos / "a" / "8.png", seed=8)
    lines = ["a/9.png,cat", "b/9.png,dog"] if gone_first else ["b/9.png,dog", "a/9.png,cat"]
    (photos / "labels.csv").write_text("\n".join(["file,kind", *lines, "0.png,dog", "1.png,cat", "a/8.png,cat"]) + "\n")
    found = listing(photos)
    assert labels(found)["b/9.png"] == "dog"
    assert [(problem.path, "not there" in problem.sentence) for problem in found.problems] == [("a/9.png", True)]
    places = listed(Source(photos / "labels.csv"), PHOTO)
    assert [place.is_file() for place in places] == [
        name != "a/9.png" for name in (line.split(",")[0] for line in lines)
    ] + [True] * 3


def test_a_picture_that_one_list_names_in_full_is_not_what_another_list_means(
    photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "b" / "9.png", seed=9)
    (photos / "test.csv").write_text("file,kind\n0.png,cat\n1.png,dog\na/9.png,cat\n")
    (photos / "train.csv").write_text("file,kind\nimages/2.png,cat\nb/9.png,dog\n")
    assert {entry.id: (entry.label, entry.split) for entry in listing(photos).entries}["b/9.png"] == ("dog", "train")


def test_a_row_whose_picture_is_gone_is_not_predicted_on_another(photos: Path) -> None:
    (photos / "labels.csv").write_text("file\nimages/0.png\n0.png\n1.png\n")
    assert [place.is_file() for place in listed(Source(photos / "labels.csv"), PHOTO)] == [False, True, True]


def test_pictures_that_the_list_leaves_out_have_no_label(photos: Path) -> None:
    (photos / "labels.csv").write_text("file,kind\n2.png,ant\n3.png,bee\n")
    assert labels(listing(photos)) == {"images/2.png": "ant", "images/3.png": "bee", "0.png": None, "1.png": None}


def test_lines_that_name_nothing_are_told_and_the_first_of_two_counts(photos: Path) -> None:
    (photos / "labels.csv").write_text("file,kind\n0.png,ant\n,bee\n0.png,bee\nimages/../1.png,bee\ngone.png,ant\n")
    found = listing(photos)
    assert labels(found)["0.png"] == "ant"
    assert labels(found)["1.png"] == "bee"
    sentences = {problem.path: problem.sentence for problem in found.problems}
    assert sentences["0.png"] == LISTED_TWICE
    assert "names no file" in sentences[""]
    assert "not there" in sentences["gone.png"]


def test_a_picture_without_a_label_keeps_none(photos: Path) -> None:
    (photos / "labels.csv").write_text("file,kind\n0.png,ant\n1.png,\n2.png,bee\n3.png,ant\n")
    found = read(understand(photos)).frame
    assert dict(zip(found["id"], found["label"], strict=True))["1.png"] is None


def test_a_column_sets_a_test_part_apart(photos: Path) -> None:
    lines = ["file,split,kind", "0.png,train,ant", "1.png,Test,bee", "images/2.png,val,ant", "images/3.png,,bee"]
    (photos / "labels.csv").write_text("\n".join(lines) + "\n")
    found = listing(photos)
    assert {entry.id: entry.split for entry in found.entries} == {
        "0.png": "train",
        "1.png": "test",
        "images/2.png": "train",
        "images/3.png": None,
    }
    assert found.target == "kind"


def test_a_list_for_each_part_sets_a_test_part_apart(photos: Path) -> None:
    (photos / "train.csv").write_text("file,kind\n0.png,ant\n1.png,bee\n")
    (photos / "test.csv").write_text("file,kind\nimages/2.png,ant\nimages/3.png,bee\n")
    assert {entry.id: entry.split for entry in listing(photos).entries} == {
        "0.png": "train",
        "1.png": "train",
        "images/2.png": "test",
        "images/3.png": "test",
    }


def test_another_column_can_be_the_label_and_an_absent_one_is_refused(photos: Path) -> None:
    (photos / "labels.csv").write_text("file,author,kind\n0.png,Ann,ant\n1.png,Bob,bee\n2.png,Ann,bee\n3.png,Bob,ant\n")
    assert labels(listing(photos, "author"))["1.png"] == "Bob"
    assert "author" in listing(photos).candidates
    with pytest.raises(ImportRefused, match="no column “size”"):
        listing(photos, "size")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\1\2\3",
        b"file,kind\n",
        b"a,b\n5,6\n7,8\n",
        b"file,kind\nelse.png,ant\nwhere.png,bee\n0.png,ant\n",
    ],
    ids=["empty", "bytes", "header alone", "numbers", "mostly absent"],
)
def test_a_table_that_lists_no_pictures_is_no_list(photos: Path, content: bytes) -> None:
    (photos / "notes.csv").write_bytes(content)
    assert manifests(Source(photos), PHOTO) == []
    assert not MediaManifest(PHOTO).recognises(Source(photos))
    with pytest.raises(ImportRefused, match="names no files"):
        listing(photos)


def test_a_table_given_itself_is_a_list_only_where_it_names_pictures(photos: Path) -> None:
    (photos / "labels.csv").write_text("n,file\n1,1.png\n2,gone.png\n3,0.png\n4,\n")
    (photos / "numbers.csv").write_text("n,file\n1,0\n2,1\n")
    assert MediaManifest(PHOTO).recognises(Source(photos / "labels.csv"))
    assert not MediaManifest(PHOTO).recognises(Source(photos / "numbers.csv"))
    places = listed(Source(photos / "labels.csv"), PHOTO)
    assert [place.name for place in places[:3]] == ["1.png", "gone.png", "0.png"]
    assert [place.is_file() for place in places] == [True, False, True, False]
    with pytest.raises(ImportRefused, match="names no pictures"):
        listed(Source(photos / "numbers.csv"), PHOTO)


def test_nothing_outside_the_folder_is_found(photos: Path, make_picture: MakePicture) -> None:
    outside = make_picture(photos.parent / "secret.png")
    (photos / "leak.png").symlink_to(outside)
    assert locate(photos, photos, "0.png", PHOTO) == photos / "0.png"
    assert locate(photos, photos, "images/../0", PHOTO) == photos / "0.png"
    for name in ("../secret.png", str(outside), "leak.png", "", "a\0.png", "x" * 2000, "images", ".."):
        assert locate(photos, photos, name, PHOTO) is None, name


PIECES = st.sampled_from(["..", ".", "images", "0.png", "2", "/", "\\", "", " ", "secret.png", "photos"])


@given(name=st.text(max_size=60) | st.lists(PIECES, max_size=7).map("/".join))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cell_is_a_picture_inside_or_nothing(photos: Path, name: str) -> None:
    (photos.parent / "secret.png").write_bytes(b"not for them")
    found = locate(photos, photos, name, PHOTO)
    assert found is None or (found.is_file() and found.is_relative_to(photos))


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("column", ["bäume/größe {}.png", "größe {}.png"])
def test_accents_that_are_stored_otherwise_are_the_same_name(
    stored: Literal["NFC", "NFD"], column: str, tmp_path: Path, make_picture: MakePicture
) -> None:
    typed: Literal["NFC", "NFD"] = "NFC" if stored == "NFD" else "NFD"
    here = [normalize(stored, f"bäume/größe {number}.png") for number in range(4)]
    for number, name in enumerate(here):
        make_picture(tmp_path / "photos" / name, seed=number)
    lines = [f"{normalize(typed, column.format(number))},{'ab'[number % 2]}" for number in range(4)]
    (tmp_path / "photos" / "list.csv").write_text("\n".join(["file,label", *lines]), encoding="utf-8")
    assert labels(listing(tmp_path / "photos")) == {name: "ab"[number % 2] for number, name in enumerate(here)}


def test_a_text_that_is_too_long_for_a_name_hides_no_list(photos: Path) -> None:
    found = "肺" * 200  # 600 bytes
    names = sorted(path.name for path in photos.iterdir())[:2]
    (photos / "reports.csv").write_text(
        "findings,image,label\n" + "".join(f"{found},{name},ill\n" for name in names), encoding="utf-8"
    )
    assert sorted(name for name, label in labels(listing(photos)).items() if label == "ill") == names
