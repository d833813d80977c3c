"""Break learners in the processes of a run, and let it go on until enough has happened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.curve import CONSTANT
from engine.events import Event
from engine.modalities import open_samples
from engine.model.model import Model
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.task import Modality
from engine.worker.handle import WorkerHandle, start

ROOT = Path(__file__).parents[3]
PATIENCE_S = 90.0


def break_learners(
    faults: Mapping[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    alone: Sequence[str] = (),
    lapses: Mapping[str, str] | None = None,
) -> None:
    """Break learners in processes started from now on; those of the kinds ``alone`` are tried, where any are named.

    ``faults`` name, by the kind of learner, who takes its place (:mod:`tests.engine.worker.crashing`), ``lapses`` what
    comes over one that is itself otherwise (:mod:`tests.engine.worker.lapses`).
    """
    lapses = lapses or {}
    hooks = folder / "hooks"
    hooks.mkdir()
    words = "from engine.learners import LEARNERS\n"
    words += "".join(f"LEARNERS[{kind!r}] = 'tests.engine.worker.crashing:{fault}'\n" for kind, fault in faults.items())
    if "Loops" in faults.values():  # nobody waits for it as long as usual
        words += "import engine.worker.desk\nengine.worker.desk.OVERRUN_GRACE = 0.5\n"
    if lapses:
        words += f"from tests.engine.worker.lapses import afflict\nafflict({dict(lapses)!r})\n"
    if alone:
        words += "from tests.engine.worker.few import leave\n"
        words += f"leave({modality_of(alone[0]).value!r}, {list(alone)!r})\n"
    (hooks / "sitecustomize.py").write_text(words)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hooks), str(ROOT)]))


def modality_of(kind: str) -> Modality:
    """Return what a kind of learner learns from."""
    return Modality(kind.partition(".")[0])


def watch(handle: WorkerHandle, tail: EventTail, enough: Callable[[list[Event]], bool]) -> list[Event]:
    """Wait until what has happened is enough; return all events. Fail when the worker ends or takes too long before."""
    alive, events, ends = True, tail.poll(), time.monotonic() + PATIENCE_S
    while not enough(events):
        assert alive and time.monotonic() < ends, [event.type for event in events]
        time.sleep(0.05)
        alive = handle.alive()
        events += tail.poll()
    return events


def finish_after(run: RunFolder, enough: Callable[[list[Event]], bool]) -> list[Event]:
    """Let a run finish once what has happened is enough; return all events."""
    handle, tail = start(run.path), EventTail(run.events_path)
    events = watch(handle, tail, enough)
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0
    return events + tail.poll()


def reasons_of(events: list[Event]) -> set[str]:
    """Why learners failed."""
    return {event.data["reason"] for event in events if event.type == "failed"}


def check_it_answers(run: RunFolder) -> None:
    """The model of a run answers about all its samples, and says more than a plain guess."""
    samples = open_samples(run.dataset(), run.task)
    answers = Model.load(run.model_path).predict(samples)
    assert answers.shape == (len(samples), run.task.outputs)
    assert np.isfinite(answers).all()
    assert (answers.std(axis=0) > 0.0).all()


def of_type(events: list[Event], kind: str) -> list[Event]:
    """Those of one kind."""
    return [event for event in events if event.type == kind]


def names_in(events: list[Event]) -> set[str]:
    """Whose events these are."""
    return {event.data["learner"] for event in events}


def others_are_served(events: list[Event]) -> bool:
    """Whether something has failed, and more than a plain guess is served."""
    return bool(of_type(events, "failed")) and not names_in(of_type(events, "point")) <= {CONSTANT}
