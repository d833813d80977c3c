"""Exporting in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.learners.constant import ConstantMember
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import model_of

COMMAND = [sys.executable, "-m", "exporters"]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = flower_run(tmp_path / "flowers")
    model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6]))).save(folder.model_path)
    return folder.path


def give(*words: object, home: Path | None = None, **more: str) -> tuple[int, list[dict[str, Any]], str]:
    """Export as a person does, who has not switched telemetry off; ``home`` and ``more`` are theirs."""
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"} | more
    if home is not None:
        environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        cwd=ROOT,
        check=False,
        env=environment,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_progress_and_report_come_as_json_lines(run: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code, lines, errors = give(run, "--to", "onnx", "--out", tmp_path / "out", home=home)
    assert (code, errors) == (0, "")
    assert not list(home.rglob("*onnxruntime*"))  # where it keeps what it wants to send
    assert {line["type"] for line in lines[:-1]} == {"progress"}
    assert lines[-1]["type"] == "report"
    assert Path(lines[-1]["path"]).is_file()
    assert lines[-1]["parity"]["samples"] == 340


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_report_is_heard_whatever_letters_the_pipe_has(run: Path, tmp_path: Path, encoding: str) -> None:
    out = tmp_path / "größe"
    code, lines, errors = give(run, "--out", out, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (code, errors) == (0, "")
    assert Path(lines[-1]["path"]).is_relative_to(out)


def test_a_refusal_is_one_error_line(tmp_path: Path) -> None:
    code, lines, errors = give(tmp_path / "absent", "--out", tmp_path / "out")
    assert (code, errors) == (1, "")
    assert lines[-1]["type"] == "error"
    assert "There is nothing at" in lines[-1]["message"]


def test_bad_usage_ends_with_two(tmp_path: Path) -> None:
    code, lines, errors = give(tmp_path, "--to", "punchcards", "--out", tmp_path)
    assert (code, lines) == (2, [])
    assert "invalid choice" in errors


def test_cancelling_leaves_nothing_behind(run: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, str(run), "--out", str(tmp_path / "out")], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert "progress" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists()


def test_an_export_that_is_held_ends_with_whoever_holds_it(run: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, str(run), "--out", str(tmp_path / "out"), "--held"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert "progress" in process.stdout.readline()
    process.communicate(timeout=30)  # which closes stdin
    assert process.returncode == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists()


def test_nobody_is_told_of_being_held() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60, cwd=ROOT, check=True)
    assert "--small" in done.stdout
    assert "--held" not in done.stdout
