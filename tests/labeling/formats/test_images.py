from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.task import Kind, Modality
from labeling.errors import Cancelled, ImportRefused
from labeling.importing import inputs, labelled, read, understand
from labeling.snapshot import snapshot

MakePicture = Callable[..., Path]


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (body, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sentences(batch_problems: tuple[object, ...]) -> str:
    return "\n".join(map(str, batch_problems))


def test_folders_are_classes(bolts: Path) -> None:
    understanding = understand(bolts)
    assert understanding.text() == "18 photos in 3 folders → sort photos into bolt / nut / washer"
    assert (understanding.format, understanding.modality, understanding.kind) == (
        "image_folders",
        Modality.IMAGE,
        Kind.MULTICLASS,
    )
    frame = read(understanding).frame
    assert frame["id"].head(1).to_list() == ["bolt/0.png"]
    assert frame["reference"].head(1).to_list() == [str(bolts / "bolt" / "0.png")]
    assert frame["label"].value_counts(sort=True)["count"].to_list() == [6, 6, 6]
    assert frame["content"].str.len_chars().unique().to_list() == [32]


def test_wrapping_folders_and_folders_inside_a_class_do_not_matter(tmp_path: Path, make_picture: MakePicture) -> None:
    for number, place in enumerate(("data/v2/cat/a.png", "data/v2/cat/more/b.png", "data/v2/dog/deep/er/c.png")):
        make_picture(tmp_path / place, seed=number)
    assert understand(tmp_path).classes == ("cat", "dog")


def test_pictures_outside_the_class_folders_have_no_label(bolts: Path, make_picture: MakePicture) -> None:
    make_picture(bolts / "stray.png", seed=999)
    understanding = understand(bolts)
    assert (understanding.samples, understanding.labelled) == (19, 18)
    assert "1 has no label" in understanding.text()


@pytest.mark.parametrize(
    ("parts", "apart"),
    [
        (("train", "test"), {"test"}),
        (("Training", "Testing"), {"Testing"}),
        (("train", "val"), {"val"}),
        (("train", "val", "test"), {"test"}),
    ],
)
def test_train_and_test_folders_set_a_test_part_apart(
    tmp_path: Path, make_picture: MakePicture, parts: tuple[str, ...], apart: set[str]
) -> None:
    for number, part in enumerate(parts):
        for index, name in enumerate(("cat", "dog")):
            make_picture(tmp_path / part / name / "1.png", seed=10 * number + index)
    understanding = understand(tmp_path)
    assert (understanding.classes, understanding.set_apart) == (("cat", "dog"), 2)
    frame = read(understanding).frame
    assert {name.split("/")[0] for name in frame.filter(frame["split"] == "test")["id"]} == apart


def test_a_flat_folder_has_no_labels_yet(tmp_path: Path, make_picture: MakePicture) -> None:
    for number in range(3):
        make_picture(tmp_path / f"{number}.jpg", seed=number)
    understanding = understand(tmp_path)
    assert (understanding.format, understanding.kind, understanding.labelled) == ("image_flat", None, 0)
    assert understanding.text() == "3 photos without labels → you give each one class"
    batch = read(understanding)
    with pytest.raises(ImportRefused, match="No sample of 3 has a label"):
        snapshot(batch.frame, understanding)


def test_a_list_beside_or_in_the_folder_labels_the_pictures(tmp_path: Path, make_picture: MakePicture) -> None:
    folder = tmp_path / "photos"
    for number in range(4):
        make_picture(folder / f"{number}.png", seed=number)
    lines = "file,author,label\n0.png,Ann,ant\n1.png,Bob,bee\n2.png,Ann,ant\ngone.png,Ann,bee\n0.png,Ann,bee\n"
    (tmp_path / "photos.csv").write_text(lines)
    understanding = understand(folder)
    assert (understanding.format, understanding.target) == ("image_manifest", "label")
    batch = read(understanding)
    assert dict(zip(batch.frame["id"], batch.frame["label"], strict=True)) == {
        "0.png": "ant",
        "1.png": "bee",
        "2.png": "ant",
        "3.png": None,
    }
    assert "gone.png" in sentences(batch.problems)
    assert "listed twice" in sentences(batch.problems)
    assert understand(folder, target="author").classes == ("Ann", "Bob")
    (tmp_path / "photos.csv").rename(folder / "labels.csv")
    assert understand(folder).classes == ("ant", "bee")
    with pytest.raises(ImportRefused, match="no column “size”"):
        understand(folder, target="size")


def test_a_list_cannot_name_files_outside_its_folder(tmp_path: Path, make_picture: MakePicture) -> None:
    make_picture(tmp_path / "secret.png")
    for number in range(2):
        make_picture(tmp_path / "in" / f"{number}.png", seed=number)
    (tmp_path / "in" / "list.csv").write_text("file,label\n0.png,a\n1.png,b\n../secret.png,a\n/etc/passwd,b\n")
    batch = read(understand(tmp_path / "in"))
    assert batch.frame["id"].sort().to_list() == ["0.png", "1.png"]
    assert "../secret.png" in sentences(batch.problems)


def test_the_real_list_of_ants_and_bees_keeps_its_test_part(shared_data: Path) -> None:
    understanding = understand(shared_data / "ants_bees")
    assert (understanding.samples, understanding.set_apart, understanding.classes) == (397, 153, ("ants", "bees"))


def test_bad_files_are_left_out_with_a_sentence_and_the_rest_is_taken(bolts: Path, make_picture: MakePicture) -> None:
    whole = make_picture(bolts / "bolt" / "whole.jpg", seed=50).read_bytes()
    (bolts / "bolt" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (bolts / "bolt" / "empty.png").touch()
    (bolts / "nut" / "text.jpg").write_text("this is a text")
    (bolts / "nut" / "huge.png").write_bytes(png_header(50_000, 50_000))
    (bolts / "nut" / "notes.txt").write_text("not a picture and not meant to be one")
    batch = read(understand(bolts))
    assert batch.frame.height == 19
    told = {problem.path: problem.sentence for problem in batch.problems}
    assert set(told) == {"bolt/cut.jpg", "bolt/empty.png", "nut/text.jpg", "nut/huge.png"}
    assert told["bolt/empty.png"] == "The file is empty."
    assert "not a picture" in told["nut/text.jpg"]
    assert "50,000 × 50,000 pixels; the limit is 80 million" in told["nut/huge.png"]
    assert "cut off" in told["bolt/cut.jpg"]


def test_pictures_of_every_kind_are_taken_in(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    base = Image.fromarray(colours)
    grey = np.asarray(base.convert("L")).astype(np.uint16) * 257
    turned = Image.Exif()
    turned[274] = 6
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    base.convert("L").save(tmp_path / "a" / "grey.jpg")
    base.convert("CMYK").save(tmp_path / "a" / "cmyk.jpg")
    base.convert("P").save(tmp_path / "a" / "palette.png", transparency=bytes(range(256)))
    base.convert("RGBA").save(tmp_path / "a" / "rgba.png")
    base.convert("LA").save(tmp_path / "b" / "grey alpha.png")
    Image.fromarray(grey).save(tmp_path / "b" / "sixteen.png")
    Image.fromarray(grey).save(tmp_path / "b" / "sixteen.tif")
    base.save(tmp_path / "b" / "turned.jpg", exif=turned)
    batch = read(understand(tmp_path))
    assert not batch.problems
    assert batch.frame["look"].null_count() == 0


def test_names_with_spaces_emoji_and_line_ends_are_kept(tmp_path: Path, make_picture: MakePicture) -> None:
    names = ["a b.png", "🐝.png", "two\nlines.png", "quote'\".png", "ünï.png", "[1]*.png"]
    for number, name in enumerate(names):
        make_picture(tmp_path / ("class 🐜" if number % 2 else "new\nline") / name, seed=number)
    understanding = understand(tmp_path)
    frame = read(understanding).frame
    assert sorted(Path(name).name for name in frame["id"]) == sorted(names)
    assert understanding.classes == ("class 🐜", "new\nline")
    assert "\n" not in understanding.text()


def test_links_are_not_followed_out_of_the_folder_nor_in_circles(bolts: Path, make_picture: MakePicture) -> None:
    outside = make_picture(bolts.parent / "outside" / "x.png")
    (bolts / "bolt" / "leak.png").symlink_to(outside)
    (bolts / "nut" / "loop").symlink_to(bolts, target_is_directory=True)
    (bolts / "nut" / "away").symlink_to(outside.parent, target_is_directory=True)
    (bolts / "nut" / "gone.png").symlink_to(bolts / "nut" / "never.png")
    (bolts / "washer" / "again.png").symlink_to(bolts / "bolt" / "0.png")
    batch = read(understand(bolts))
    assert batch.frame.height == 19
    assert "washer/again.png" in batch.frame["id"].to_list()
    told = {problem.path: problem.sentence for problem in batch.problems}
    assert set(told) == {"bolt/leak.png", "nut/loop", "nut/away", "nut/gone.png"}
    assert "out of the folder" in told["bolt/leak.png"]


def test_a_name_that_is_no_text_is_left_out(bolts: Path, make_picture: MakePicture) -> None:
    data = (bolts / "nut" / "0.png").read_bytes()
    (Path(os.fsdecode(os.fsencode(bolts / "nut") + b"/bad\xff.png"))).write_bytes(data)
    batch = read(understand(bolts))
    assert batch.frame.height == 18
    assert "not readable text" in batch.problems[0].sentence


def test_a_device_in_the_folder_does_not_hang(bolts: Path) -> None:
    os.mkfifo(bolts / "nut" / "pipe.png")
    assert understand(bolts).samples == 18


def test_folders_too_deep_are_passed_over(tmp_path: Path, make_picture: MakePicture) -> None:
    make_picture(tmp_path / "a" / "1.png")
    make_picture(tmp_path / "b" / "2.png", seed=1)
    make_picture(tmp_path.joinpath("b", *["deeper"] * 14, "3.png"), seed=2)
    understanding = understand(tmp_path)
    assert understanding.samples == 2
    assert "deeper than" in understanding.problems[-1]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is empty"):
        understand(tmp_path)
    (tmp_path / "notes.md").write_text("nothing")
    with pytest.raises(ImportRefused, match="no texts and no single table"):
        understand(tmp_path)
    with pytest.raises(ImportRefused, match="There is nothing at"):
        understand(tmp_path / "absent")


def test_one_class_only_is_understood_but_not_trained(tmp_path: Path, make_picture: MakePicture) -> None:
    for number in range(6):
        make_picture(tmp_path / "bolt" / f"{number}.png", seed=number)
    understanding = understand(tmp_path)
    assert "needs a second class" in understanding.problems[0]
    batch = read(understanding)
    with pytest.raises(ImportRefused, match="the only class"):
        snapshot(batch.frame, understanding)


def test_a_folder_of_broken_pictures_only_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").touch()
    with pytest.raises(ImportRefused, match="None of the 2 pictures"):
        read(understand(tmp_path))


def test_reading_tells_how_far_it_is_and_stops_when_told(bolts: Path) -> None:
    steps: list[tuple[int, int]] = []
    understanding = understand(bolts)
    read(understanding, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (18, 18)
    with pytest.raises(Cancelled):
        read(understanding, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        understand(bolts, cancelled=lambda: True)


def test_after_the_time_for_looks_pictures_are_told_apart_by_their_bytes(bolts: Path) -> None:
    batch = read(understand(bolts), look_seconds=0.0)
    assert batch.frame["look"].null_count() == 18
    assert batch.frame["content"].null_count() == 0
    assert batch.problems == ()
    notes = snapshot(batch.frame, understand(bolts)).notes
    assert any("18 photos were searched for exact copies only" in note for note in notes)


def test_prediction_takes_every_picture_and_reads_no_label(bolts: Path, make_picture: MakePicture) -> None:
    understanding = understand(bolts)
    task = snapshot(read(understanding).frame, understanding).task
    (bolts / "nut" / "broken.jpg").write_text("text")
    (bolts / "nut" / "empty.jpg").touch()
    told: list[str] = []
    dataset = inputs(bolts, task, tell=told.append)
    assert dataset.frame.columns == ["id", "reference", "content"]
    assert len(dataset) == 20
    assert dataset.ids[0] == "bolt/0.png"
    assert "2 files of 20 could not be read" in told[0]
    assert inputs(bolts / "bolt" / "0.png", task).ids == ["0"]


def test_prediction_from_a_list_numbers_its_rows(tmp_path: Path, bolts: Path) -> None:
    understanding = understand(bolts)
    task = snapshot(read(understanding).frame, understanding).task
    (bolts / "list.csv").write_text("picture,label\nnut/1.png,x\nnut/gone.png,y\nbolt/0.png,z\n")
    dataset = inputs(bolts / "list.csv", task)
    assert dataset.ids == ["0", "1", "2"]
    assert [Path(reference).name for reference in dataset.references] == ["1.png", "gone.png", "0.png"]


def test_measuring_reads_labels(bolts: Path) -> None:
    understanding = understand(bolts)
    task = snapshot(read(understanding).frame, understanding).task
    dataset = labelled(bolts, task)
    assert dataset.labels(task).tolist() == [0.0] * 6 + [1.0] * 6 + [2.0] * 6


def test_two_thousand_photos_are_read_quickly(shared_data: Path) -> None:
    batch = read(understand(shared_data / "trashnet" / "train"))
    assert batch.frame.height == 2021
    assert not batch.problems
