"""A worker in this process whose trainer is no process, for tests of what a sitting does with a trainer's replies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from typing_extensions import override

from engine.dataset import Split
from engine.events import Event
from engine.learners.constant import ConstantMember
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.worker.checkpoint import Checkpoint
from engine.worker.loop import Worker
from engine.worker.trainer_handle import TrainerHandle, TrainerReply

Sit = Callable[..., Worker]


class Idle(TrainerHandle):
    """A trainer that is no process and answers nothing."""

    def __init__(self) -> None:
        self.generation = 1
        self.jobs: list[tuple[str, str]] = []
        self.opened: list[str | None] = []  # on which devices
        self.on_job: Callable[[str], object] = str
        self.on_open: Callable[[], object] = object
        self.on_interrupt: Callable[[], object] = object

    @override
    def open(self, run_path: Path, device: str | None = None) -> None:
        self.opened.append(device)
        self.on_open()

    @override
    def give(self, job: str, learner: str, seconds: float, left: float, frugality: int = 0) -> None:
        self.jobs.append((job, learner))
        self.on_job(learner)

    @override
    def interrupt(self) -> None:
        self.on_interrupt()

    @override
    def kill(self) -> None:
        pass


def keep_candidate(run: RunFolder, learner: str, wrong_one_in: int = 10) -> None:
    """Leave what a slice leaves that brought something new."""
    labels = run.dataset().part(Split.TRAIN).labels(run.task)
    right = np.where(np.arange(len(labels)) % wrong_one_in > 0, 0.9, 0.1)
    rose = np.where(labels > 0, right, 1 - right)
    validation = np.stack([1 - rose, rose], axis=1)
    Checkpoint(run.checkpoints_path, learner).save_candidate(ConstantMember(np.array([0.5, 0.5])), validation)


def keep_answers(run: RunFolder, learner: str, predict: float = 0.5) -> None:
    """Leave what a candidate leaves that was asked about the other samples."""
    checkpoint = Checkpoint(run.checkpoints_path, learner)
    test = len(run.dataset().part(Split.TEST))
    checkpoint.save_answers(
        checkpoint.mark.version, {"test": np.full((test, 2), 0.5), "predict": np.full((30, 2), predict)}
    )


def events(run: RunFolder, kind: str) -> list[Event]:
    return [event for event in EventTail(run.events_path).poll() if event.type == kind]


def slice_of(learner: str, version: int | None = None, *, done: bool = False, **told: Any) -> TrainerReply:
    """What a trainer says of a slice."""
    facts = {"seconds": 1.0, "done": done, "share": 0.5, "aside_s": 0.0, "message": "", "version": version}
    rare = {"stepped_s": 0.0, "prepared_s": 0.0, "found": None, **told}
    return TrainerReply(1, {"reply": "slice", "learner": learner, **facts, **rare})


def idle(worker: Worker) -> Idle:
    trainer = worker._desk._waiting
    assert isinstance(trainer, Idle)
    return trainer


def answered(learner: str, seconds: float = 0.1, share: float = 1.0) -> TrainerReply:
    """What a trainer says of a piece of answers."""
    facts = {"seconds": seconds, "through": share == 1.0, "share": share}
    return TrainerReply(1, {"reply": "answered", "learner": learner, **facts})
