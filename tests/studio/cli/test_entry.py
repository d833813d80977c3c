from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.commands import COMMANDS
from studio.cli.entry import BAD_USAGE, FAILED, main


def _one_line(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("autodidact: ")
    return lines[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["train", "x", "--budget", "soon"], "A duration looks like 60s, 10m or 2h"),
        (["train", "x", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["train"], "The following arguments are required: DATA|PROJECT"),
        (["train", "no-such-file.csv"], "There is no no-such-file.csv"),
        (["teach"], "invalid choice: 'teach'"),
        (["resume", "nowhere"], "There is no run nowhere"),
        (["predict", "nowhere", "."], "required: --out"),
        (["studio", "nowhere"], "There is no project nowhere"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == BAD_USAGE
    assert says in _one_line(capsys)


def test_what_is_no_run_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", str(tmp_path)]) == FAILED
    assert "is not a run folder" in _one_line(capsys)


def test_a_file_that_is_no_model_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    assert main(["predict", str(table), str(table), "--out", str(tmp_path / "out.csv")]) == BAD_USAGE
    assert "is no model" in _one_line(capsys)


def test_a_graphics_card_that_is_not_there_is_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.device._driver_present", lambda: False)
    assert main(["train", str(tmp_path), "--device", "cuda"]) == BAD_USAGE
    assert "graphics card" in _one_line(capsys)


def test_a_surprise_is_one_line_too_and_debugging_shows_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprise(_path: Path) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("engine.run.folder.RunFolder.open", surprise)
    assert main(["resume", str(tmp_path)]) == FAILED
    assert "ZeroDivisionError: by nought" in _one_line(capsys)
    monkeypatch.setenv("AUTODIDACT_DEBUG", "1")
    assert main(["resume", str(tmp_path)]) == FAILED
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([command.name, "--help"] for command in COMMANDS)])
def test_help_is_there_for_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    assert "autodidact" in capsys.readouterr().out


def test_reading_the_command_line_imports_nothing_heavy() -> None:
    code = (
        "import sys; from studio.cli.entry import build_parser; build_parser().parse_args(['train', 'x']); "
        "print([m for m in ('PySide6', 'torch', 'polars', 'numpy', 'rich', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
