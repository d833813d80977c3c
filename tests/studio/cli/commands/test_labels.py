from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from studio.cli.entry import main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two pictures with boxes."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (40, 20), (ord(name), 10, 10)).save(data / f"{name}.png")
        (data / f"{name}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (data / "classes.txt").write_text("bolt\n")
    assert main(["import", str(data), "--project", str(tmp_path / "project")]) == 0
    return tmp_path / "project"


def test_labels_of_one_tool_come_out_for_another(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = project.parent / "out"
    assert main(["labels", "export", str(project), "--to", "coco", "--out", str(out)]) == 0
    written = json.loads((out / "annotations.json").read_text())
    assert [mark["bbox"] for mark in written["annotations"]] == [[10, 5, 20, 10]] * 2
    assert str(out) in capsys.readouterr().out


def test_what_is_lost_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = project.parent / "out"
    assert main(["labels", "export", str(project), "--to", "csv", "--out", str(out)]) == 0
    assert "CSV cannot hold boxes in pictures: left out." in capsys.readouterr().out
    assert (out / "labels.csv").read_text().splitlines()[1] == "a.png,bolt"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--to", "coca", "--out", "o"], 2, "Labels are written as audacity, autodl, coco"),
        (["--to", "fasttext", "--out", "o"], 1, "fastText is not for photos"),
        (["--to", "coco", "--out", "."], 1, "already holds something"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, sentence: str
) -> None:
    capsys.readouterr()
    assert main(["labels", "export", str(project), *words]) == code
    assert sentence in capsys.readouterr().err


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", "export", str(tmp_path), "--to", "coco", "--out", str(tmp_path / "o")]) == 2
    assert "is no project" in capsys.readouterr().err


def test_what_each_format_holds_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", "formats"]) == 0
    out = capsys.readouterr().out
    assert "| COCO | `coco` | photos |" in out
    assert main(["labels", "export"]) == 2
    assert "An export needs PROJECT and --to FORMAT and --out DIR." in capsys.readouterr().err
