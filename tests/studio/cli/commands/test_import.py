from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from labeling.project import Project
from labeling.unpacked import home
from studio.cli.entry import main


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("size,colour\n" + "".join(f"{n},{'red' if n % 2 else 'blue'}\n" for n in range(40)))
    return path


def test_data_is_taken_into_a_new_project(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "project"
    assert main(["import", str(table), "--project", str(folder), "--target", "colour"]) == 0
    assert f"{folder} now holds 40 rows." in capsys.readouterr().out
    project = Project.open(folder)
    assert project.count() == 40
    assert {info.name for info in project.classes()} == {"red", "blue"}
    project.close()


def test_a_project_is_not_imported_into_a_project(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "project"
    main(["import", str(table), "--project", str(folder), "--target", "colour"])
    assert main(["import", str(folder), "--project", str(tmp_path / "other")]) == 2
    assert "is a project already" in capsys.readouterr().err


def test_a_column_is_kept_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.csv"
    table.write_text("nr,size,colour\n" + "".join(f"{n},{n % 7},{'red' if n % 2 else 'blue'}\n" for n in range(40)))
    assert main(["import", str(table), "--project", str(tmp_path / "a")]) == 0
    assert "say for example --keep-column nr." in capsys.readouterr().out
    assert main(["import", str(table), "--project", str(tmp_path / "b"), "--keep-column", "nr"]) == 0
    out = capsys.readouterr().out
    assert "2 columns to learn from" in out and "Not learned from" not in out
    assert main(["import", str(table), "--project", str(tmp_path / "c"), "--keep-column", "number"]) == 1
    assert "no column “number” to keep" in capsys.readouterr().err


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two folders of three photos, one of which is broken."""
    folder = tmp_path / "photos"
    for name, colour in (("nut", 40), ("bolt", 200)):
        (folder / name).mkdir(parents=True)
        for shade in range(3):
            Image.new("RGB", (20, 20), (colour, 60 * shade, 9)).save(folder / name / f"{shade}.png")
    (folder / "nut" / "2.png").write_text("no picture")
    return folder


def test_several_things_at_once_and_again_into_the_same_project(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, listed = tmp_path / "project", tmp_path / "left out.csv"
    one, two = str(photos / "nut"), str(photos / "bolt")
    assert main(["import", one, two, "--project", str(folder), "--left-out", str(listed)]) == 0
    out = capsys.readouterr().out
    assert "6 photos in 2 folders → sort photos into bolt / nut" in out
    assert f"{folder} now holds 5 photos." in out
    lines = listed.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,what happened"
    assert len(lines) == 2 and lines[1].startswith("nut/2.png,")
    assert main(["import", str(photos), "--project", str(folder)]) == 0
    assert "5 photos were in the project already, and not taken twice." in capsys.readouterr().out
    with Project.open(folder) as project:
        assert project.count() == 5
        assert project.can_undo == "Add 5 photos"


def test_files_of_other_endings_are_told_of_once_and_listed(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.heic", "b.heic"):
        (photos / "bolt" / name).write_bytes(b"photo")
    listed = tmp_path / "left out.csv"
    assert main(["import", str(photos), "--project", str(tmp_path / "p"), "--left-out", str(listed)]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if ".heic" in line]
    assert len(said) == 1
    assert said[0].startswith(
        "2 files are not photos by their endings (.heic), so they were left out: bolt/a.heic and bolt/b.heic. Convert"
    )
    lines = listed.read_text(encoding="utf-8").splitlines()
    assert sorted(line.partition(",")[0] for line in lines[1:]) == ["bolt/a.heic", "bolt/b.heic", "nut/2.png"]


def test_a_dry_run_says_what_it_is_and_leaves_nothing(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "home"))
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", photos)
    assert main(["import", packed, "--project", str(tmp_path / "project"), "--dry-run"]) == 0
    assert "6 photos in 2 folders" in capsys.readouterr().out
    assert not (tmp_path / "project").exists()
    assert list((tmp_path / "home" / "unpacked").iterdir()) == []


def test_an_archive_that_does_not_fit_leaves_nothing(
    photos: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "home"))
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", photos)
    folder = str(tmp_path / "project")
    assert main(["import", str(table), "--project", folder, "--target", "colour"]) == 0
    assert main(["import", packed, "--project", folder]) == 1
    assert "This project holds a table" in capsys.readouterr().err
    assert list((tmp_path / "home" / "unpacked").iterdir()) == []
    assert main(["import", packed, "--project", str(tmp_path / "other")]) == 0
    assert len(list((tmp_path / "home" / "unpacked").iterdir())) == 1


def test_a_project_for_nothing_is_not_left_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["import", str(tmp_path / "empty"), "--project", str(tmp_path / "project")]) == 1
    assert "is empty" in capsys.readouterr().err
    assert not (tmp_path / "project").exists()


def test_a_list_that_cannot_be_written_is_said(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "no folder" / "list.csv"
    assert main(["import", str(photos), "--project", str(tmp_path / "p"), "--left-out", str(listed)]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_where_labels_come_from_is_said(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["import", str(photos), "--dry-run", "--project", str(tmp_path / "p")]
    assert main([*words, "--labels-from", "nothing"]) == 0
    assert "6 photos without labels" in capsys.readouterr().out
    assert main([*words, "--labels-from", "list"]) == 2
    assert "photos has no labels from list" in capsys.readouterr().err


def test_nothing_is_kept_apart_where_that_is_wanted(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "nut").rename(photos / "test")
    (photos / "bolt").rename(photos / "train")
    for part in ("test", "train"):
        (photos / part / "x").mkdir()
        for path in (photos / part).glob("*.png"):
            path.rename(photos / part / "x" / path.name)
    assert main(["import", str(photos), "--project", str(tmp_path / "p"), "--no-test-part"]) == 0
    assert "none kept apart for the test" in capsys.readouterr().out
    with Project.open(tmp_path / "p") as project:
        assert project.frame()["split"].null_count() == 5


def test_a_further_table_with_its_target_said_again_is_read_as_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    january, february, folder = tmp_path / "jan.csv", tmp_path / "feb.csv", tmp_path / "project"
    january.write_text("code,town,price\n" + "".join(f"{n % 7},{'AB'[n % 2]},{n}.5\n" for n in range(40)))
    february.write_text("code,town,price\n" + "".join(f"{'x' if n == 3 else n % 5},A,{n}.5\n" for n in range(40)))
    for path in (january, february):
        assert main(["import", str(path), "--project", str(folder), "--target", "price"]) == 0, capsys.readouterr().err
    with Project.open(folder) as project:
        frame = project.frame()
        assert frame["x:code"].dtype.is_numeric() and frame["x:code"].null_count() == 1
        assert frame["x:town"].n_unique() == 2
    capsys.readouterr()
    assert main(["import", str(february), "--project", str(folder), "--target", "code"]) == 1
    assert "Start a new project for it." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"), [(["--labels-from", "list"], 2), (["--target", "nope"], 2), (["--keep-column", "nope"], 2)]
)
def test_what_was_unpacked_for_a_refused_wish_goes_again(
    photos: Path, tmp_path: Path, words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = shutil.make_archive(str(tmp_path / "photos"), "zip", photos)
    assert main(["import", archive, "--project", str(tmp_path / "project"), *words]) == code
    assert "Traceback" not in capsys.readouterr().err
    assert not home().exists() or not list(home().iterdir())


def test_what_the_column_holds_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, more = tmp_path / "first.csv", tmp_path / "more.csv"
    first.write_text("wing,label\n" + "".join(f"{n % 7}.5,{n % 30}\n" for n in range(90)))
    more.write_text("wing,label\n" + "".join(f"{n % 5}.5,{n % 30}\n" for n in range(90)))
    words = ["--project", str(tmp_path / "project")]
    assert main(["import", str(first), *words, "--dry-run"]) == 0
    assert "sort rows by label" in capsys.readouterr().out
    assert main(["import", str(first), *words, "--as", "number"]) == 0
    assert "predict the number in label" in capsys.readouterr().out
    assert main(["import", str(more), *words, "--as", "class"]) == 1
    assert "gives each sample a number, and more.csv gives each sample one class" in capsys.readouterr().err
    assert main(["import", str(more), *words]) == 0
    assert "now holds 180 rows" in capsys.readouterr().out


def test_a_column_named_as_the_target_is_not_passed_over_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, more, project = tmp_path / "first.csv", tmp_path / "more.csv", tmp_path / "project"
    first.write_text("size,label\n" + "".join(f"{n % 7},c{n % 1001}\n" for n in range(2002)))
    more.write_text("size,label\n" + "".join(f"{n % 7},d{n % 1001}\n" for n in range(2002)))
    assert main(["import", str(first), "--project", str(project)]) == 1
    assert "“label” cannot be predicted" in capsys.readouterr().err
    assert not project.exists()
    assert main(["import", str(first), "--project", str(project), "--target", "size"]) == 0
    assert main(["import", str(more), "--project", str(project)]) == 0, capsys.readouterr().err


def test_classes_that_a_further_table_spells_otherwise_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, words = tmp_path / "table.csv", ["--project", str(tmp_path / "project"), "--target", "colour"]
    rows = "".join(f"{n % 7},{'red' if n % 2 else 'blue'}\n" for n in range(40))
    table.write_text(f"size,colour\n{rows}")
    assert main(["import", str(table), *words]) == 0
    table.write_text(f"size,colour\n{rows.replace('red', 'Red')}")
    assert main(["import", str(table), *words]) == 0
    assert "were taken as one class: “Red” as “red”" in capsys.readouterr().out
    with Project.open(tmp_path / "project") as project:
        assert {info.name: info.count for info in project.classes()} == {"blue": 40, "red": 40}
