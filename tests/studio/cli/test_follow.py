"""Following a run, with a real process in the worker's place that writes what a worker would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typing_extensions import override

from engine.dataset import Dataset
from engine.events import Event
from engine.run.folder import RunFolder, RunOptions
from engine.task import Column, ColumnType, Kind, Modality, Task
from engine.worker.handle import WorkerHandle
from engine.worker.health import take_ownership
from studio.cli.errors import CommandFailed
from studio.cli.follow import follow
from studio.cli.reporters import Reporter

TASK = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"), target="t", columns=(Column("a", ColumnType.NUMBER),))
PREAMBLE = """
import json, pathlib, sys, time
run = pathlib.Path(sys.argv[1])
def event(seq, type, **data):
    with (run / "events.jsonl").open("a") as file:
        file.write(json.dumps({"seq": seq, "time": 0.0, "active_s": seq, "type": type, **data}) + "\\n")
def model():
    (run / "model").mkdir()
    (run / "model" / "model.json").write_text("{}")
def end(reason):
    (run / "result.json").write_text(json.dumps({"stopped_because": reason, "t_first_s": 1.0}))
    event(9, "stopped", reason=reason)
"""


class Memory(Reporter):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.types: list[str] = []
        self.said: list[str] = []
        self.results: list[dict[str, Any]] = []
        self.on_first: Callable[[], object] = list

    @override
    def close(self) -> None:
        self.said.append("closed")

    @override
    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    @override
    def event(self, event: Event) -> None:
        self.types.append(event.type)
        if len(self.types) == 1:
            self.on_first()

    @override
    def result(self, run: RunFolder, result: dict[str, Any]) -> None:
        self.results.append(result)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    frame = pl.DataFrame({"id": ["0", "1"], "label": ["no", "yes"], "x:a": [1.0, 2.0]})
    return RunFolder.create(tmp_path / "run", TASK, Dataset(frame), RunOptions(budget_s=5))


def _worker(run: RunFolder, script: str) -> WorkerHandle:
    process = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(script), str(run.path)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    return WorkerHandle(run.path, process)


def test_every_event_is_reported_and_then_the_result(run: RunFolder) -> None:
    memory = Memory()
    follow(run, _worker(run, "event(0, 'started'); model(); time.sleep(0.2); end('budget')"), memory)
    assert memory.types == ["started", "stopped"]
    assert memory.results == [{"stopped_because": "budget", "t_first_s": 1.0}]
    assert memory.said == ["closed"]


def test_a_worker_that_dies_is_said_with_the_way_to_go_on(run: RunFolder) -> None:
    with pytest.raises(CommandFailed, match=r"stopped unexpectedly\. The best model so far is kept\. .* resume"):
        follow(run, _worker(run, "event(0, 'started'); model(); sys.exit(9)"), Memory())


@pytest.mark.parametrize("level", ["info", "error"])
def test_a_worker_that_said_why_it_ends_is_not_said_to_have_died(level: str, run: RunFolder) -> None:
    said = "There is no room. Make some, then resume it."
    script = f"event(0, 'started'); event(1, 'message', level='{level}', text='{said}', resume=True)"
    with pytest.raises(CommandFailed, match=r"^There is no room.* resume it\. The command: autodidact resume "):
        follow(run, _worker(run, script + "; sys.exit(1)"), Memory())


def test_what_an_earlier_sitting_ended_for_is_not_why_this_one_died(run: RunFolder) -> None:
    earlier = "event(0, 'message', level='info', text='Resume it.', resume=True)"
    script = f"{earlier}; event(1, 'message', level='info', text='On.')"
    with pytest.raises(CommandFailed, match=r"^Training stopped unexpectedly"):
        follow(run, _worker(run, script + "; sys.exit(9)"), Memory())


def test_a_worker_that_dies_early_leaves_no_model(run: RunFolder) -> None:
    with pytest.raises(CommandFailed, match="There is no model yet"):
        follow(run, _worker(run, "sys.exit(9)"), Memory())


@pytest.mark.skipif(sys.platform == "win32", reason="there, what is open cannot be moved")
def test_a_run_whose_folder_is_moved_is_not_asked_to_go_on_where_it_was(run: RunFolder) -> None:
    with pytest.raises(CommandFailed, match=r"^The folder of this training is not where it was.* where it is now\.$"):
        follow(
            run, _worker(run, "event(0, 'started'); model(); run.rename(run.with_name('moved')); sys.exit(1)"), Memory()
        )


def test_one_that_came_too_late_says_who_trains_the_run(run: RunFolder) -> None:
    take_ownership(run.path)
    with pytest.raises(CommandFailed, match=f"number {os.getpid()} trains this run already. .* autodidact resume"):
        follow(run, _worker(run, "sys.exit(1)"), Memory())


def test_a_failed_run_ends_with_the_sentence_it_gave(run: RunFolder) -> None:
    script = "event(0, 'message', level='error', text='Nothing to learn from.'); event(1, 'stopped', reason='failed')"
    with pytest.raises(CommandFailed, match=r"Nothing to learn from\."):
        follow(run, _worker(run, script), Memory())


def test_a_run_that_learned_nothing_useful_is_told_what_would_help(run: RunFolder) -> None:
    script = """
    model()
    (run / "result.json").write_text(json.dumps({"stopped_because": "converged", "t_first_s": None}))
    event(1, "stopped", reason="converged")
    """
    with pytest.raises(CommandFailed, match="Add samples, or columns"):
        follow(run, _worker(run, script), Memory())


@pytest.mark.parametrize(
    ("served", "advice"),
    [((False,), "Add samples, or columns"), ((True, False), "a larger --budget"), ((), "a larger --budget")],
)
def test_a_run_out_of_time_is_told_whether_more_of_it_would_help(
    run: RunFolder, served: tuple[bool, ...], advice: str
) -> None:
    script = f"""
    model()
    for number, served in enumerate({served}):
        event(number, "evaluated", learner="Words", score=0.1, served=served)
    (run / "result.json").write_text(json.dumps({{"stopped_because": "budget", "t_first_s": None}}))
    event(9, "stopped", reason="budget")
    """
    with pytest.raises(CommandFailed, match=advice):
        follow(run, _worker(run, script), Memory())


def test_interrupting_once_finishes_and_keeps_the_model(run: RunFolder) -> None:
    memory = Memory()
    memory.on_first = lambda: os.kill(os.getpid(), signal.SIGINT)
    script = "event(0, 'started'); model(); assert 'finish' in sys.stdin.readline(); end('finished')"
    follow(run, _worker(run, script), memory)
    assert memory.results == [{"stopped_because": "finished", "t_first_s": 1.0}]
    assert "Press Ctrl-C again" in memory.said[0]


def test_interrupting_twice_discards(run: RunFolder) -> None:
    memory = Memory()

    def interrupt_twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    memory.on_first = interrupt_twice
    script = "event(0, 'started'); sys.stdin.readline(); assert 'discard' in sys.stdin.readline(); end('discarded')"
    with pytest.raises(CommandFailed, match="discarded as asked"):
        follow(run, _worker(run, script), memory)


def test_whoever_stops_listening_does_not_leave_a_run_behind(run: RunFolder) -> None:
    def gone() -> None:
        raise BrokenPipeError

    memory = Memory()
    memory.on_first = gone
    handle = _worker(run, "event(0, 'started'); assert 'finish' in sys.stdin.readline(); end('finished')")
    with pytest.raises(BrokenPipeError):
        follow(run, handle, memory)
    assert handle.wait(10) == 0
    handle.release()
