"""A worker that cannot write to its run says so in a sentence."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from engine.worker import __main__ as process
from tests.engine.flowers import flower_run
from tests.engine.worker.sittings import Idle


@pytest.mark.parametrize(("taken", "named"), [("worker.log", False), ("events.jsonl", True)])
def test_a_run_folder_that_cannot_be_written_is_told_of_in_a_sentence(
    taken: str, named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = flower_run(tmp_path / "run")
    (run.path / taken).mkdir()  # so that nobody can write to a file of this name, whatever they may do
    monkeypatch.setattr(process, "TrainerHandle", lambda _inbox: Idle())
    monkeypatch.setattr(sys, "argv", ["worker", *([str(run.path)] if named else [])])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"run": str(run.path)}) + "\n"))
    assert process.main() == 1
    said = capsys.readouterr().err
    assert said.startswith(f"The run folder {run.path} cannot be written (")
    assert said.count("\n") == 1
