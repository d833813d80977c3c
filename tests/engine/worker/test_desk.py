"""The desk has one trainer, gives it one job, and ends it when the job takes far too long."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.modalities import portfolio
from engine.worker import desk as module
from engine.worker.desk import Desk, Errand
from engine.worker.trainer_handle import TrainerReply
from tests.engine.flowers import FLOWERS, flower_run

PATIENCE = 90.0
Inbox = queue.Queue[Any]


@pytest.fixture
def inbox() -> Inbox:
    return queue.Queue()


@pytest.fixture
def desk(tmp_path: Path, inbox: Inbox) -> Iterator[Desk]:
    desk = Desk(flower_run(tmp_path / "run").path, inbox, budget_s=20.0)
    yield desk
    desk.stop()


FIRST = Errand("advance", portfolio(FLOWERS, 240, "cpu")[0].name)


def heard(desk: Desk, inbox: Inbox) -> dict[str, Any]:
    """The next reply of the trainer that is here now, but for its greeting."""
    while True:
        reply: TrainerReply = inbox.get(timeout=PATIENCE)
        if desk.heard(reply) and reply.message["reply"] != "ready":
            return reply.message


def test_a_job_is_given_and_taken_off(desk: Desk, inbox: Inbox) -> None:
    assert desk.working is None
    desk.give(FIRST, 20.0, 20.0, frugality=0)  # starts a trainer itself
    assert desk.working == FIRST.learner
    assert heard(desk, inbox)["reply"] == "slice"
    assert desk.done() == FIRST
    assert desk.working is None
    assert not desk.overdue


def test_the_first_job_of_a_learner_may_take_longer(desk: Desk, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OVERRUN_GRACE", -1.0)
    desk.give(FIRST, 0.0, 20.0, frugality=0)
    assert not desk.overdue  # libraries are being imported
    heard(desk, inbox)
    desk.done()
    desk.give(FIRST, 0.0, 20.0, frugality=0)
    assert desk.overdue


@pytest.mark.parametrize(("device", "waits"), [("cpu", False), ("cuda", True)])
def test_a_job_has_its_own_time_once_a_card_is_awake(
    device: str, waits: bool, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OVERRUN_GRACE", -1000.0)
    desk.device = device
    for _ in range(2):  # a trainer that is started later finds a card asleep, too
        desk.give(FIRST, 0.0, 20.0, frugality=0)
        assert (desk.waking, desk.overdue) == (waits, not waits)
        assert desk.ready(device)
        assert (desk.waking, desk.overdue) == (False, True)
        desk.done()
        assert not desk.overdue
        desk.give(FIRST, 0.0, 20.0, frugality=0)
        assert desk.overdue
        desk.stop()


def test_a_trainer_that_is_ended_loses_its_job_and_what_it_still_says(desk: Desk, inbox: Inbox) -> None:
    before = set(psutil.Process().children())
    assert desk.empty
    desk.start()
    assert not desk.empty
    (trainer,) = set(psutil.Process().children()) - before
    desk.give(FIRST, 20.0, 20.0, frugality=0)
    assert desk.stop() == FIRST
    assert (desk.working, desk.overdue, desk.stop()) == (None, False, None)
    assert not trainer.is_running()
    while True:
        reply: TrainerReply = inbox.get(timeout=PATIENCE)
        assert not desk.heard(reply)
        if reply.message["reply"] == "gone":
            break


@pytest.mark.parametrize("begin", ["ready", "done"])
def test_a_trainer_starts_until_it_says_that_it_can_begin_or_has_tried(begin: str, desk: Desk) -> None:
    assert not desk.starting
    desk.give(FIRST, 20.0, 20.0, frugality=0)
    assert desk.starting
    if begin == "ready":
        desk.ready("cpu")
    else:
        desk.done()
    assert not desk.starting
    desk.stop()
    desk.start()
    assert desk.starting
