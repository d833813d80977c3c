"""What is asked of the exporting process, and what is read of its answers."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QProcess
from pytestqt.qtbot import QtBot

from engine.learners.constant import ConstantMember
from studio.share.exporting import Exported, ExportProcess, Wanted
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import model_of
from tests.studio.share.exports import comparison, exported, report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_options_are_words_of_a_command_line() -> None:
    wanted = Wanted(Path("run"), "docker", Path("out"), True, {"fetch_wheels": True, "platform": "aarch64"})
    assert wanted.arguments() == [
        "run",
        "--to",
        "docker",
        "--out",
        "out",
        "--small",
        "--fetch-wheels",
        "--platform=aarch64",
    ]


def test_what_begins_with_a_dash_stays_a_value() -> None:
    assert Wanted(Path("r"), "docker", Path("o"), options={"wheels": "-x"}).arguments()[-1] == "--wheels=-x"


def test_the_time_is_that_of_the_artefact() -> None:
    assert exported().milliseconds == 4.567
    assert exported(comparison=comparison()).milliseconds == 8.0
    assert exported(parity={}).milliseconds is None


def test_the_folder_to_open_is_the_one_it_lies_in(tmp_path: Path) -> None:
    assert exported(tmp_path).folder == tmp_path
    assert exported(tmp_path / "m.onnx").folder == tmp_path


@given(st.dictionaries(st.sampled_from(sorted(report(Path("m")))), JSON, max_size=4))
def test_damaged_memories_are_refused_in_one_way(changes: dict[str, Any]) -> None:
    try:
        read = Exported.read({**report(Path("m")), **changes})
    except (KeyError, TypeError, ValueError):
        return
    assert isinstance(read.path, Path)
    assert isinstance(read.parity, dict)


@pytest.mark.slow
def test_a_process_that_says_nothing_is_a_failure_too(qtbot: QtBot, tmp_path: Path) -> None:
    process = ExportProcess()
    with qtbot.waitSignal(process.failed) as told:
        process.start(Wanted(tmp_path, "papyrus", tmp_path))

    assert told.args == ["The export ended unexpectedly. Nothing was written. Try again."]
    assert not process.running


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system ends processes in another way")
def test_what_a_process_leaves_that_was_ended_by_force_is_removed(qtbot: QtBot, tmp_path: Path) -> None:
    process, out = ExportProcess(), tmp_path / "out"
    out.mkdir()
    (out / "mine").touch()
    process.start(Wanted(tmp_path, "onnx", out))
    (child,) = process.findChildren(QProcess)
    (out / f".m.onnx.{child.processId()}.tmp").touch()
    with qtbot.waitSignal(process.failed):
        os.kill(child.processId(), signal.SIGKILL)
    assert [path.name for path in out.iterdir()] == ["mine"]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["cancel", "close"])
def test_an_export_ends_by_itself_where_programs_cannot_be_terminated(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    folder = flower_run(tmp_path / "flowers")
    model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6]))).save(folder.model_path)
    killed = list[bool]()
    monkeypatch.setattr(QProcess, "terminate", lambda process: None)  # as on Windows, of what has no window
    monkeypatch.setattr(QProcess, "kill", lambda process: killed.append(True))
    process, out = ExportProcess(), tmp_path / "out"
    with qtbot.waitSignal(process.progress, timeout=30_000):
        process.start(Wanted(folder.path, "onnx", out))
    getattr(process, way)()
    qtbot.waitUntil(lambda: not process.running, timeout=30_000)
    assert not killed
    assert not out.exists()
