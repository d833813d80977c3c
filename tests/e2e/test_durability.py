"""One run on a real table, killed again and again at random moments, loses next to nothing.

``AUTODIDACT_KILLS`` says how often it is killed; the suite does it a few times, so that it stays quick.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.dataset import Split
from engine.device import threads
from engine.events import Event
from engine.learners import Job, learner_class
from engine.modalities import Entry, open_samples, portfolio
from engine.model.model import Model
from engine.run.folder import RunFolder, RunOptions
from engine.run.tail import EventTail
from engine.worker.checkpoint import Checkpoint
from engine.worker.handle import WorkerHandle, start
from labeling.snapshot import snapshot
from studio.cli.intake import take_in
from tests.engine.flowers import wait_for
from tests.engine.learners.contract import run_to_the_end

FEW_KILLS = 3
KILLS = int(os.environ.get("AUTODIDACT_KILLS", str(FEW_KILLS)))
BUDGET_S = 20.0 + 3.0 * KILLS  # the last sitting is told to finish as soon as enough was seen
MOST_EVENTS = 4  # that a sitting is let write before somebody is killed, and then
LONGEST_WAIT_S = 0.5
PATIENCE_S = 10.0
MOST_LEARNED_ANEW = 1
LOST_S = 2.0  # a heartbeat a second keeps the clock, and a loaded machine may be late with it
PENGUINS = Path(__file__).resolve().parents[2] / "resources" / "samples" / "penguins.csv"


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    intake = take_in(PENGUINS, "species", print, BUDGET_S)
    frozen = snapshot(intake.frame, intake.understanding, test_fraction=0.2, seed=0)
    return RunFolder.create(tmp_path / "run", frozen.task, frozen.dataset, RunOptions(BUDGET_S))


def kill_somebody(handle: WorkerHandle, chance: random.Random) -> bool:
    """Kill the worker or, every other time, its trainer; tell whether it was the worker."""
    trainers = psutil.Process(handle.pid).children()
    if trainers and chance.random() < 0.5:
        trainers[0].kill()
        return False
    handle.kill()
    return True


def check_nothing_is_lost(run: RunFolder, events: list[Event]) -> None:
    """The model answers, the clock never goes back, and what the journal tells of is on disk."""
    answers = Model.load(run.model_path).predict(open_samples(run.dataset(), run.task))
    assert np.isfinite(answers).all()
    clock = [event.active_s for event in events]
    assert clock == sorted(clock)
    assert [event.seq for event in events] == list(range(len(events)))
    slices = Counter(event.data["learner"] for event in events if event.type == "slice")
    for learner, count in slices.items():
        assert Checkpoint(run.checkpoints_path, learner).mark.state >= count  # each was saved before it was told
    candidates = Counter(event.data["learner"] for event in events if event.type == "evaluated")
    for learner, count in candidates.items():
        assert Checkpoint(run.checkpoints_path, learner).mark.version >= count


def exact_of(run: RunFolder, events: list[Event]) -> list[Entry]:
    """Return whose learning is done, and the same when it is done anew.

    Who was at work when a trainer was killed has gone on with fewer rows, as if memory had run out.
    """
    hit = {event.data["learner"] for event in events if event.type == "failed"}
    done = {event.data["learner"] for event in events if event.type == "slice" and event.data["done"]}
    entries = portfolio(run.task, len(run.dataset().part(Split.TRAIN)), "cpu")
    return [entry for entry in entries if entry.kind == "table.lightgbm" and entry.name in done - hit]


def check_the_split_was_kept(run: RunFolder, events: list[Event]) -> None:
    """What was learned bit by bit is what somebody who is never stopped learns from the folds of the run."""
    train = run.dataset().part(Split.TRAIN)
    samples, labels = open_samples(train, run.task), train.labels(run.task)
    job = Job(run.task, samples, labels, train.folds, threads=threads(), seed=run.options.seed)
    exact = exact_of(run, events)
    assert exact or KILLS > FEW_KILLS  # many of them hit everybody
    for entry in exact[:MOST_LEARNED_ANEW]:
        kept = Checkpoint(run.checkpoints_path, entry.name).candidate()
        assert kept is not None
        anew = run_to_the_end(learner_class(entry.kind)(job, entry.settings))
        np.testing.assert_allclose(kept.validation, anew.validation(), atol=1e-9)


def wait_for_some(tail: EventTail, count: int) -> None:
    """Wait until so many more things were told of, or for long: moments of work, however slow the machine is."""
    ends = time.monotonic() + PATIENCE_S
    while count > 0 and time.monotonic() < ends:
        count -= sum(event.type != "heartbeat" for event in tail.poll())
        time.sleep(0.02)


def sit(run: RunFolder, chance: random.Random) -> float:
    """Work on a run until somebody is killed at a random moment; return for how many seconds, 0 once it has ended."""
    tail = EventTail(run.events_path)
    tail.poll()
    began, handle = time.monotonic(), start(run.path)
    wait_for(handle, tail, "started")
    while handle.alive():
        wait_for_some(tail, chance.randint(0, MOST_EVENTS))
        time.sleep(chance.uniform(0.0, LONGEST_WAIT_S))
        if not handle.alive() or kill_somebody(handle, chance):
            break
    handle.wait(60.0)
    return 0.0 if run.result() is not None else time.monotonic() - began


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_killed_at_random_moments_goes_on_each_time_and_ends_with_a_model(run: RunFolder) -> None:
    chance, worked, killed = random.Random(20), 0.0, 0
    before = run.dataset().frame
    for _ in range(KILLS):
        seconds = sit(run, chance)
        if seconds == 0.0:
            break
        worked, killed = worked + seconds, killed + 1
        check_nothing_is_lost(run, EventTail(run.events_path).poll())
    assert killed >= (KILLS + 1) // 2
    kept = EventTail(run.events_path).poll()[-1].active_s
    assert worked - killed * LOST_S <= kept <= worked + 0.5  # imports included
    handle, tail, seen = start(run.path), EventTail(run.events_path), list[Event]()
    while handle.alive() and not exact_of(run, seen):
        seen += tail.poll()
        time.sleep(0.1)
    handle.send("finish")
    assert handle.wait(120.0) == 0
    result = run.result()
    assert result is not None
    assert result["active_s"] <= 1.02 * BUDGET_S + 0.5
    assert result["score"]["validation"] > 0.9  # penguins are easily told apart
    assert run.dataset().frame.equals(before)
    events = EventTail(run.events_path).poll()
    check_nothing_is_lost(run, events)
    check_the_split_was_kept(run, events)
