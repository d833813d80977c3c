"""Broken and hostile input, taken in the way a person does it: said clearly, the rest taken in, nothing lost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from labeling.annotations.model import Annotated, Annotations
from labeling.annotations.registry import WRITERS
from labeling.batch import Batch, save_problems
from labeling.errors import ExportRefused, ImportRefused, MediaRefused, ProjectError
from labeling.exporting import annotations_of, fitted_to, write_labels
from labeling.importing import read, understand
from labeling.project import Project
from labeling.thumbnails import Thumbnails
from labeling.understanding import Understanding
from tests.labeling.conftest import PictureMaker

ROOT_NEEDED = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not Path("/bin/mount").exists(),
    reason="needs root to mount a small disk",
)
BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "home"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("this machine does not let a small disk be mounted")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def taken(path: Path) -> tuple[Understanding, Batch, dict[str, str]]:
    """Take data in and return with it what was said of each file."""
    understanding = understand(path)
    batch = read(understanding)
    return understanding, batch, {problem.path: problem.sentence for problem in batch.problems}


def test_an_archive_full_of_tricks(tmp_path: Path, make_picture: PictureMaker) -> None:
    good = [make_picture(tmp_path / f"{at}.png", seed=at).read_bytes() for at in range(4)]
    path = tmp_path / "tricks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (
            ("nut/1.png", good[0]),
            ("bolt/1.png", good[1]),
            ("NUT/1.PNG", good[2]),
            ("../../escaped.png", good[3]),
            ("/etc/escaped.png", good[3]),
            ("C:\\escaped.png", good[3]),
            ("nut/more.zip", b"PK"),
        ):
            archive.writestr(zipfile.ZipInfo(name), data)
    _, batch, said = taken(path)
    assert batch.frame.height == 3
    assert "leads out of the archive" in said["../../escaped.png"]
    assert "leads out of the archive" in said["/etc/escaped.png"]
    assert "leads out of the archive" in said["C:\\escaped.png"]
    assert "archive inside an archive" in said["nut/more.zip"]
    assert "is now" in said["NUT/1.PNG"]
    assert not list(tmp_path.rglob("escaped*"))
    listed = tmp_path / "left out.csv"
    save_problems(batch.problems, listed)
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 7  # and that the folders nut and NUT are one class


def test_links_and_devices_in_a_tar(tmp_path: Path, make_picture: PictureMaker) -> None:
    data = make_picture(tmp_path / "x.png").read_bytes()
    path = tmp_path / "devices.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("a/x.png")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
        for name, kind in (
            ("a/link.png", tarfile.SYMTYPE),
            ("a/hard.png", tarfile.LNKTYPE),
            ("a/null.png", tarfile.CHRTYPE),
            ("a/disk.png", tarfile.BLKTYPE),
            ("a/pipe.png", tarfile.FIFOTYPE),
        ):
            odd = tarfile.TarInfo(name)
            odd.type, odd.linkname = kind, "/etc/passwd"
            archive.addfile(odd)
    understanding, batch, said = taken(path)
    assert understanding.samples == batch.frame.height == 1
    assert sorted(said) == ["a/disk.png", "a/hard.png", "a/link.png", "a/null.png", "a/pipe.png"]
    assert set(said.values()) == {"It is a link or no ordinary file. It was left out."}


def test_broken_coco_beside_good_pictures(tmp_path: Path, make_picture: PictureMaker) -> None:
    for at in range(3):
        make_picture(tmp_path / "cells" / f"{at}.png", seed=at)
    document = {
        "images": [{"id": at, "file_name": f"{at}.png"} for at in (0, 1, 7)],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"image_id": 0, "category_id": 1, "bbox": [1, 1, 5, 5]},
            {"image_id": 0, "category_id": 1, "bbox": [float("nan"), 1, 5, 5]},
            {"image_id": 1, "category_id": 4, "bbox": [1, 1, 5, 5]},
            {"image_id": 1, "category_id": 1, "bbox": [900, 1, 5, 5]},
        ],
    }
    (tmp_path / "cells" / "broken.json").write_text(json.dumps(document))
    understanding, batch, said = taken(tmp_path / "cells")
    assert understanding.text() == "3 photos with boxes of COCO → sort photos into any of cell; 2 have no label"
    assert understanding.problems[0].startswith("4 things in the annotations were left out or mended; the first, ")
    assert batch.frame["label"].to_list() == [["cell"], None, None]
    assert sorted(said) == ["0.png", "1.png", "7.png"]
    assert said["7.png"] == "The annotations name this picture, but it is not there."


def voc(picture: str, head: str = "") -> str:
    box = "<xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>"
    return (
        f'<?xml version="1.0"?>{head}<annotation><filename>{picture}</filename>'
        f"<object><name>cell</name><bndbox>{box}</bndbox></object></annotation>"
    )


def test_an_entity_bomb_among_voc_files(tmp_path: Path, make_picture: PictureMaker) -> None:
    for at in range(3):
        make_picture(tmp_path / f"{at}.png", seed=at)
        (tmp_path / f"{at}.xml").write_text(voc(f"{at}.png"))
    (tmp_path / "1.xml").write_text(voc("1.png", f'<!DOCTYPE x [<!ENTITY a "ha">{BOMB}]>'))
    (tmp_path / "2.xml").write_text(voc("2.png", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'))
    _, batch, said = taken(tmp_path)
    assert batch.frame["label"].to_list() == [["cell"], None, None]
    assert sorted(said) == ["1.xml", "2.xml"]
    assert all("declares" in sentence for sentence in said.values())


def test_yolo_without_its_list_of_classes(tmp_path: Path, make_picture: PictureMaker) -> None:
    for at in range(2):
        make_picture(tmp_path / "images" / f"{at}.png", seed=at)
        (tmp_path / "labels").mkdir(exist_ok=True)
        (tmp_path / "labels" / f"{at}.txt").write_text(f"{at} 0.5 0.5 0.2 0.2\n")
    understanding, batch, _ = taken(tmp_path)
    assert len(understanding.classes) == 2
    assert [list(labels) for labels in batch.frame["label"]] == [[name] for name in understanding.classes]
    assert any("No file names the classes" in problem for problem in understanding.problems)


def test_labels_of_media_that_are_not_there(tmp_path: Path, make_picture: PictureMaker) -> None:
    document = {
        "images": [{"id": 1, "file_name": "gone.png"}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}],
    }
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / "boxes.json").write_text(json.dumps(document))
    with pytest.raises(ImportRefused, match="Put the pictures beside them"):
        understand(tmp_path / "lost" / "boxes.json")
    make_picture(tmp_path / "lost" / "other.png")
    understanding, batch, _ = taken(tmp_path / "lost")
    assert (understanding.samples, understanding.labelled, batch.frame.height) == (1, 0, 1)
    (tmp_path / "list.csv").write_text("file,kind\ngone.png,nut\naway.png,bolt\n")
    (problem,) = [p for p in understand(tmp_path / "list.csv", target="kind").problems if "gone.png" in p]
    assert "names pictures, like gone.png, that are not there" in problem


def test_media_that_disappear_while_the_project_is_open(bolts: Path, tmp_path: Path) -> None:
    understanding = understand(bolts)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        for name in ("nut/0.png", "bolt/1.png"):
            (bolts / name).unlink()
        assert [sample.id for sample in project.missing()] == ["bolt/1.png", "nut/0.png"]
        assert project.set_label(["nut/0.png"], "washer") == 1
        thumbnails = Thumbnails(project.cache_path)
        content = project.frame()["content"][1]
        with pytest.raises(MediaRefused, match="could not be read"):
            thumbnails.get(bolts / "bolt" / "1.png", content, 96)
        thumbnails.close()
        modality, annotations = annotations_of(project)
        assert fitted_to(WRITERS["folders"], annotations, modality)[1] == [
            "2 files are not where they were, so they cannot be taken along: left out."
        ]
        assert fitted_to(WRITERS["csv"], annotations, modality)[1] == []


def labels_of(project: Project) -> list[object]:
    return [sample.label for sample in project.page(limit=-1)]


@ROOT_NEEDED
def test_a_disk_that_fills_up_loses_nothing_that_was_saved(disk: Path, tmp_path: Path, bolts: Path) -> None:
    understanding = understand(bolts)
    project = Project.create(disk / "project")
    project.add(understanding, read(understanding))
    ids, saved = project.ids(), labels_of(project)
    with pytest.raises(ProjectError, match=r"could not be saved .* Everything before it is safe\. Make room"):
        for step in range(5000):
            project.set_label([ids[step % 18]], f"class {step}")
            saved[step % 18] = f"class {step}"
    assert labels_of(project) == saved
    project.close()
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    with Project.open(disk / "project") as again:
        assert labels_of(again) == saved
        assert again.set_label(ids[:1], "room again") == 1


@ROOT_NEEDED
def test_a_disk_that_is_read_only_is_said(disk: Path, bolts: Path) -> None:
    understanding = understand(bolts)
    with Project.create(disk / "project") as project:
        project.add(understanding, read(understanding))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(ProjectError, match=r"cannot be written \(Read-only file system\)"):
        Project.open(disk / "project")
    with pytest.raises((ProjectError, OSError), match="Read-only"):
        Project.create(disk / "other")


@ROOT_NEEDED
def test_an_archive_larger_than_the_disk_leaves_nothing(
    disk: Path, bolts: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AUTODIDACT_HOME", str(disk))
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for at in range(6):
            archive.writestr(f"{at}.png", os.urandom(100_000))
    with pytest.raises(ImportRefused, match=r"Make room|no room"):
        understand(path)
    assert not [file for file in disk.rglob("*") if file.is_file()]


@ROOT_NEEDED
def test_a_table_larger_than_the_disk_is_not_half_taken_in(disk: Path, tmp_path: Path) -> None:
    rows = "".join(f"{os.urandom(40).hex()} {at},{at * 0.37},{'ab'[at % 2]}\n" for at in range(20_000))
    (tmp_path / "table.csv").write_text("what,size,kind\n" + rows)
    understanding = understand(tmp_path / "table.csv", target="kind")
    batch = read(understanding)
    with Project.create(disk / "project") as project:
        with pytest.raises(ProjectError, match=r"Make room"):
            project.add(understanding, batch)
        assert (project.count(), project.can_undo, project.understanding()) == (0, None, None)
    assert not list((disk / "project").glob("tables/*.tmp"))


@ROOT_NEEDED
def test_labels_that_do_not_fit_on_the_disk_leave_nothing(disk: Path, tmp_path: Path) -> None:
    (tmp_path / "big.bmp").write_bytes(os.urandom(300_000))
    samples = [Annotated(f"{at}.bmp", classes=("a",), path=tmp_path / "big.bmp") for at in range(3)]
    with pytest.raises(ExportRefused, match="No space left on device"):
        write_labels(Annotations(samples, ("a",)), WRITERS["folders"], disk / "out")
    assert not (disk / "out").exists()
