"""A trainer process: it answers each command, says what went wrong, and never outlives its worker."""

from __future__ import annotations

import gc
import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.budget import Deadline
from engine.learners import LEARNERS
from engine.modalities import portfolio
from engine.run.folder import RunFolder, RunOptions
from engine.worker.bench import Bench
from engine.worker.checkpoint import Checkpoint
from engine.worker.roster import DISK_FULL
from engine.worker.trainer import GONE, _carried_out
from engine.worker.trainer_handle import TrainerHandle, TrainerReply
from tests.engine.flowers import FLOWERS, flower_run, flowers
from tests.engine.worker.crashing import RaisesInACircle, torn_child

PATIENCE = 90.0
Trainer = subprocess.Popen[str]
Starter = Callable[[Path], Trainer]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start trainers; those that still run at the end are killed."""
    started: list[Trainer] = []

    def begin(run_path: Path) -> Trainer:
        command, pipe = [sys.executable, "-m", "engine.worker.trainer"], subprocess.PIPE
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True))
        ask(started[-1], do="expect", modality="table")
        ask(started[-1], do="open", run=str(run_path))
        return started[-1]

    yield begin
    for trainer in started:
        with trainer:  # closes its pipes and waits for its end
            trainer.kill()


def reply(trainer: Trainer) -> dict[str, Any]:
    assert trainer.stdout is not None
    message: dict[str, Any] = json.loads(trainer.stdout.readline())
    return message


def ask(trainer: Trainer, **command: object) -> None:
    assert trainer.stdin is not None
    trainer.stdin.write(json.dumps(command) + "\n")
    trainer.stdin.flush()


def first_learner(run: RunFolder) -> str:
    return portfolio(FLOWERS, len(run.dataset()), "cpu")[0].name


def test_it_works_slice_by_slice_and_ends_with_its_stdin(start: Starter, tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    name = first_learner(run)
    trainer = start(run.path)
    assert reply(trainer) == {"reply": "ready", "device": "cpu"}
    ask(trainer, do="advance", learner="nobody", seconds=1.0, left=9.0, frugality=0)
    failed = reply(trainer)
    assert (failed["reply"], failed["learner"], failed["reason"]) == ("failed", "nobody", "error")
    assert failed["message"].startswith("KeyError")
    ask(trainer, do="advance", learner=name, seconds=60.0, left=60.0, frugality=0)  # a failed slice does not end it
    worked = reply(trainer)
    assert (worked["reply"], worked["learner"], worked["version"]) == ("slice", name, 1)
    assert worked["aside_s"] < worked["seconds"]
    ask(trainer, do="answer", learner=name, seconds=60.0, left=60.0, frugality=0)
    answered = reply(trainer)
    assert (answered["reply"], answered["learner"], answered["through"]) == ("answered", name, True)
    candidate = Checkpoint(run.checkpoints_path, name).candidate()
    assert candidate is not None
    assert candidate.answers is not None
    assert candidate.unmeasured
    ask(trainer, do="answer_test", learner=name, seconds=60.0, left=60.0, frugality=0)
    again = reply(trainer)
    assert (again["reply"], again["learner"], again["through"]) == ("answered", name, True)
    ask(trainer, do="measure", learner=name, seconds=60.0, left=60.0, frugality=0)
    assert reply(trainer)["reply"] == "measured"
    measured = Checkpoint(run.checkpoints_path, name).candidate()
    assert measured is not None
    assert not measured.unmeasured
    assert trainer.stdin is not None
    trainer.stdin.close()
    assert trainer.wait(PATIENCE) == GONE


def test_a_slice_without_time_ends_after_one_piece_of_work(start: Starter, tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    trainer = start(run.path)
    reply(trainer)
    ask(trainer, do="advance", learner=first_learner(run), seconds=0.0, left=9.0, frugality=0)
    ask(trainer, do="interrupt")
    answer = reply(trainer)
    assert answer["reply"] == "slice"
    assert not answer["done"]  # whether the one piece brought a candidate depends on how quick the computer is


def test_one_that_gets_no_run_leaves_with_its_worker() -> None:
    waiting = subprocess.run(
        [sys.executable, "-m", "engine.worker.trainer"],
        input='{"do": "expect", "modality": "table"}\n',
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (waiting.returncode, waiting.stdout, waiting.stderr) == (GONE, "", "")


def test_a_run_that_cannot_be_opened_is_fatal(start: Starter, tmp_path: Path) -> None:
    trainer = start(tmp_path)
    answer = reply(trainer)
    assert answer["reply"] == "fatal"
    assert str(tmp_path) in answer["message"]
    assert trainer.wait(PATIENCE) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_log_for_which_there_is_no_room_costs_no_slice(start: Starter, tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    (run.path / "trainer.log").symlink_to("/dev/full")
    trainer = start(run.path)
    assert reply(trainer)["reply"] == "ready"
    ask(trainer, do="advance", learner="nobody", seconds=1.0, left=9.0, frugality=0)
    assert reply(trainer)["message"].startswith("KeyError")
    ask(trainer, do="advance", learner=first_learner(run), seconds=60.0, left=60.0, frugality=0)
    assert reply(trainer)["version"] == 1


@pytest.mark.parametrize("fault", ["FillsAndSaysSo", "FillsInPart"])
def test_a_full_disk_is_no_fault_of_the_learner(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEARNERS, "table.linear", f"tests.engine.worker.crashing:{fault}")
    told = _carried_out(
        Bench(flower_run(tmp_path / "run")), {"do": "advance", "learner": "Linear", "frugality": 0}, Deadline(5.0)
    )
    assert (told["reply"], told["learner"], told["reason"]) == ("failed", "Linear", DISK_FULL)


def test_a_learner_that_failed_is_gone_before_its_next_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEARNERS, "table.linear", "tests.engine.worker.crashing:RaisesInACircle")
    monkeypatch.setattr(RaisesInACircle, "made", [])
    bench = Bench(flower_run(tmp_path / "run"))
    gc.disable()
    try:
        told = _carried_out(bench, {"do": "advance", "learner": "Linear", "frugality": 0}, Deadline(5.0))
        assert told["reply"] == "failed"
        assert [made() for made in RaisesInACircle.made] == [None]
    finally:
        gc.enable()


def test_whoever_holds_it_hears_the_replies_and_the_end(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    inbox: queue.Queue[TrainerReply] = queue.Queue()
    handle = TrainerHandle(inbox, generation=3)
    try:
        handle.expect("table")
        handle.open(run.path)
        assert inbox.get(timeout=PATIENCE) == TrainerReply(3, {"reply": "ready", "device": "cpu"})
        handle.give("advance", "nobody", 1.0, 9.0)
        assert inbox.get(timeout=PATIENCE).message["reply"] == "failed"
        assert "KeyError" in (run.path / "trainer.log").read_text()
        os.kill(handle.pid, signal.SIGKILL)
        assert inbox.get(timeout=PATIENCE) == TrainerReply(3, {"reply": "gone", "code": -signal.SIGKILL})
        handle.give("advance", "nobody", 1.0, 9.0)  # asking the dead raises nothing
    finally:
        handle.kill()


def test_it_computes_where_it_is_told_to_whatever_was_planned(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", FLOWERS, flowers(), RunOptions(60.0, "a planned device"))
    inbox: queue.Queue[TrainerReply] = queue.Queue()
    handle = TrainerHandle(inbox)
    try:
        handle.open(run.path, "cpu")
        assert inbox.get(timeout=PATIENCE).message == {"reply": "ready", "device": "cpu"}
    finally:
        handle.kill()


def test_one_that_ends_in_the_middle_of_a_reply_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", torn_child(tmp_path, '{"reply": "sli'))
    inbox: queue.Queue[TrainerReply] = queue.Queue()
    handle = TrainerHandle(inbox)
    handle.open(tmp_path)
    assert inbox.get(timeout=PATIENCE).message == {"reply": "gone", "code": 0}
    handle.kill()
