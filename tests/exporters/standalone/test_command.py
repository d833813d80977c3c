"""What ``predict.py`` prints, and what it says when something cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporters.standalone.command import AT_ONCE, _answer, main
from exporters.standalone.package import NotAPackage, Package
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


def test_columns_that_a_table_lacks_are_told_and_the_rows_answered(
    folders: Made[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("length in cms;colour 🎨;label;inner_1_Mul\n1,5;rot;;a\n", encoding="utf-8")
    assert main(folders["number"], [str(tmp_path / "t.csv")]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("t.csv, row 1: ")
    assert printed.err == (
        "t.csv has no column “length in cm”, so the answers take the values for unknown. "
        "Check the names in its first line.\n"
    )


def test_cells_that_are_no_number_are_told_and_the_rows_answered(
    folders: Made[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text(
        "length in cm;colour 🎨;label;inner_1_Mul\nlong;rot;;a\n2;rot;?;a\n", encoding="utf-8"
    )
    assert main(folders["number"], [str(tmp_path / "t.csv")]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert printed.err == (
        "t.csv: “length in cm” takes numbers; in 1 of 2 rows it holds something else, like “long”, which counts as "
        "missing.\n"
    )


def test_a_long_table_is_answered_in_parts(opened: Made[Package], capsys: pytest.CaptureFixture[str]) -> None:
    printed = []

    def questions() -> Iterator[tuple[str, dict[str, object]]]:
        for number in range(AT_ONCE + 2):
            printed.append(capsys.readouterr().out.count("\n"))
            yield str(number), {"length in cm": number}

    assert _answer(opened["number"], questions(), as_json=True) == 0
    assert [printed[AT_ONCE - 1], sum(printed)] == [0, AT_ONCE]
    assert [json.loads(line)["input"] for line in capsys.readouterr().out.splitlines()] == ["4096", "4097"]


def test_a_table_with_all_columns_is_answered_without_a_word_more(
    folders: Made[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(folders["number"], [str(folders["number"] / "sample" / "sample.csv")]) == 0
    assert not capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("how", [[], ["--json"]])
def test_names_and_answers_beyond_what_a_pipe_has_letters_for_are_printed(
    folders: Made[Path], tmp_path: Path, encoding: str, how: list[str]
) -> None:
    table = tmp_path / "größe 🎨.csv"
    table.write_text("length in cm;colour 🎨\n1,5;rot\n", encoding="utf-8")
    told = printed(folders["number"], encoding, [str(table), *how])
    assert "größe 🎨.csv, row 1" in told.splitlines()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")
def test_a_file_whose_name_is_no_text_is_answered(folders: Made[Path], tmp_path: Path) -> None:
    table = tmp_path / os.fsdecode(b"t\xff.csv")
    table.write_text("length in cm;colour 🎨\n1,5;rot\n", encoding="utf-8")
    told = printed(folders["number"], "utf-8", [str(table), "--json"])
    assert json.loads(told)["input"] == "t\udcff.csv, row 1"


def printed(folder: Path, encoding: str, arguments: list[str]) -> str:
    """Return what a process with a pipe of that encoding prints."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    code = "import sys; from pathlib import Path; from exporters.standalone.command import main; "
    command = [sys.executable, "-c", code + "sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))", str(folder), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120, env=environment)
    return done.stdout.decode("utf-8")


def test_a_question_that_the_graph_cannot_answer_is_said_and_the_next_is_answered(
    folders: Made[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = folders["pictures"] / "sample" / "sample.png"
    for name in ("huge.png", "next.png"):
        (tmp_path / name).write_bytes(good.read_bytes())
    answers, asked = Package.predict, list[int]()

    def first_fails(package: Package, items: list[Any]) -> list[Any]:
        asked.extend([len(items)] if items else [])
        if asked == [1]:
            raise NotAPackage("The model could not be run: out of memory. Export it again.")
        return answers(package, items)

    monkeypatch.setattr(Package, "predict", first_fails)
    assert main(folders["pictures"], [str(tmp_path / "huge.png"), str(tmp_path / "next.png")]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("next.png: ")
    assert printed.err == "The model could not be run: out of memory. Export it again.\n"
