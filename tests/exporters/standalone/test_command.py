"""What ``predict.py`` prints, and what it says when something cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exporters.standalone.command import main
from tests.exporters.conftest import Made


def test_rows_of_a_table_are_answered_in_order(
    folders: Made[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("length in cm;colour 🎨\n1,5;rot\n;blau\n", encoding="utf-8")
    assert main(folders["number"], [str(tmp_path / "t.csv")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("t.csv, row 1: ")
    assert second.startswith("t.csv, row 2: ")
    assert float(first.rpartition(" ")[2]) != float(second.rpartition(" ")[2])


def test_what_cannot_be_read_is_said_and_the_rest_is_answered(
    folders: Made[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(b"garbage")
    good = str(folders["pictures"] / "sample" / "sample.png")
    assert main(folders["pictures"], [str(tmp_path / "a.png"), str(tmp_path / "gone.png"), good, "--json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["input"] == "sample.png"
    assert printed.err.splitlines() == [
        "a.png: The picture is not a JPEG, PNG, WebP, BMP, GIF or TIFF picture. Convert it, or leave it out.",
        f"{tmp_path / 'gone.png'} cannot be read (No such file or directory).",
    ]


def test_a_bad_row_is_said_and_the_others_are_answered(
    folders: Made[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("other\n1\n")
    assert main(folders["table"], [str(tmp_path / "t.csv")]) == 1
    assert "none of the columns" in capsys.readouterr().err


def test_a_text_can_be_typed(folders: Made[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folders["several"], ["--text", "a good film"]) == 0
    assert capsys.readouterr().out.startswith("text: ")


def test_a_damaged_package_is_met_with_a_sentence(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "model.onnx").write_bytes(b"1")
    assert main(copied, ["a.csv"]) == 1
    assert "was changed or damaged" in capsys.readouterr().err


def test_without_a_question_it_says_how_to_ask(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(copied, [])
    assert ended.value.code == 2
    assert "name a file" in capsys.readouterr().err
