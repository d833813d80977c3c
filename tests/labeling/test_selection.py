"""What was dropped at once is split into what belongs together."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from labeling.importing import read, understand
from labeling.project import Project
from labeling.selection import Selection, grouped
from tests.labeling.conftest import PictureMaker


def test_loose_files_of_a_folder_are_one(tmp_path: Path, make_picture: PictureMaker) -> None:
    paths = [make_picture(tmp_path / f"{at}.png", seed=at) for at in range(4)]
    (tmp_path / "not chosen.png").write_bytes(paths[0].read_bytes())
    (tmp_path / "labels.csv").write_text("file,kind\n0.png,nut\n1.png,bolt\n2.png,nut\n3.png,bolt\n")
    assert grouped([paths[1], paths[0]]) == [Selection(tmp_path, ("0.png", "1.png"))]
    (selection,) = grouped([*paths, tmp_path / "labels.csv"])
    assert selection.title == f"5 things from “{tmp_path.name}”"
    understanding = understand(selection.path, chosen=selection.chosen)
    assert understanding.text() == "4 photos → sort photos into bolt / nut (column kind)"
    assert understanding.place == selection.title


def test_folders_of_classes_are_one_and_only_they_are_taken(bolts: Path, tmp_path: Path) -> None:
    (selection,) = grouped([bolts / "nut", bolts / "washer"])
    understanding = understand(selection.path, chosen=selection.chosen)
    assert understanding.classes == ("nut", "washer")
    batch = read(understanding)
    assert batch.frame.height == 12
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, batch)
        stored = project.understanding()
        assert stored is not None and stored.chosen == ()
        assert project.sample("nut/0.png") is not None


def test_data_sets_archives_and_tables_stand_alone(bolts: Path, tmp_path: Path, make_picture: PictureMaker) -> None:
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "a")
    table, other = tmp_path / "prices.csv", tmp_path / "plants.csv"
    for path in (table, other):
        path.write_text("a,b\n1,2\n")
    loose = [make_picture(tmp_path / "loose" / f"{at}.png", seed=at) for at in range(2)]
    found = grouped([packed, bolts, table, other, *loose])
    assert found[:4] == [Selection(path) for path in (packed, bolts, table, other)]
    assert found[4:] == [Selection(tmp_path / "loose", ("0.png", "1.png"))]


def test_a_project_is_never_part_of_a_drop(tmp_path: Path, make_picture: PictureMaker) -> None:
    Project.create(tmp_path / "mine").close()
    picture = make_picture(tmp_path / "a.png")
    other = make_picture(tmp_path / "b.png", seed=1)
    assert grouped([tmp_path / "mine", picture, other]) == [
        Selection(tmp_path, ("a.png", "b.png")),
        Selection(tmp_path / "mine"),
    ]


@pytest.mark.parametrize("names", [("train.csv", "test.csv"), ("train", "test")])
def test_parts_of_one_data_set_are_one(tmp_path: Path, make_picture: PictureMaker, names: tuple[str, ...]) -> None:
    for number, name in enumerate(names):
        if name.endswith(".csv"):
            rows = "".join(f"{at},{at % 7},{'x' if at % 2 else 'y'}\n" for at in range(30 * number, 30 * number + 30))
            (tmp_path / name).write_text(f"size,colour,kind\n{rows}")
        else:
            for place in range(8):
                make_picture(tmp_path / name / "xy"[place % 2] / f"{place}.png", seed=10 * number + place)
    (selection,) = grouped([tmp_path / name for name in names])
    understanding = understand(selection.path, chosen=selection.chosen)
    assert understanding.classes == ("x", "y")
    assert understanding.set_apart == understanding.samples // 2


def test_the_same_thing_twice_is_one(bolts: Path) -> None:
    assert grouped([bolts, bolts, bolts / "nut" / ".."]) == [Selection(bolts)]


def test_an_annotation_file_finds_its_pictures_outside_of_the_drop(tmp_path: Path, make_picture: PictureMaker) -> None:
    names = [make_picture(tmp_path / "images" / f"{at}.png", seed=at).name for at in range(3)]
    lines = "".join(f'{{"file": "{name}", "boxes": [], "labels": ["cat"]}}\n' for name in names)
    (tmp_path / "boxes.jsonl").write_text(lines)
    (selection,) = grouped([tmp_path / "boxes.jsonl"])
    assert understand(selection.path, chosen=selection.chosen).samples == 3
