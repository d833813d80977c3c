from __future__ import annotations

from pathlib import Path

import pytest

from labeling.project import Project
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
