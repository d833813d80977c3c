"""Heads are fitted to what can be read, whatever comes first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.heads.learner import HeadLearner
from engine.learners.base import Job
from engine.learners.constant import ConstantMember
from engine.modalities.files import FileSamples
from engine.model.member import Member
from engine.patience import Portion
from engine.samples import Samples
from engine.task import Kind, Modality, Task
from engine.worker.desk import OVERRUN, OVERRUN_GRACE
from engine.worker.first import Headcount
from tests.engine.clocks import Clock
from tests.engine.learners import contract

SIZE, FIRST = 80, 20


class Gathering(HeadLearner):
    """Fits to the first samples and then to all; those in ``unread`` cannot be read."""

    unread: IntArray = np.empty(0, dtype=np.int64)

    @override
    def gather(self, deadline: Deadline) -> int:
        return FIRST if self.fitted < FIRST else self.enough

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        spots: FloatArray = np.random.default_rng(0).normal(self.job.labels[:, None] * [4.0, 0.0], 1.0)
        spots[self.unread] = np.nan
        return spots[rows].astype(np.float32)

    @override
    def share(self) -> float:
        return self.fitted / self.enough

    @override
    def member(self) -> Member:
        raise NotImplementedError


@pytest.fixture
def job() -> Job:
    labels = np.tile([0.0, 1.0], SIZE // 2)
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("bolt", "nut"))
    return Job(task, Headcount(SIZE), labels, np.arange(SIZE) // 2 % 5)


def test_where_none_of_the_first_can_be_read_the_others_are_learned_from(job: Job) -> None:
    learner = Gathering(job, {})
    learner.unread = learner.order[:FIRST]
    contract.run_to_the_end(learner)
    known = np.isfinite(learner.validation()).all(axis=1)
    assert known.sum() == SIZE - FIRST
    assert (learner.validation()[known].argmax(axis=1) == job.labels[known]).mean() > 0.9


def test_where_none_at_all_can_be_read_it_is_said(job: Job) -> None:
    learner = Gathering(job, {})
    learner.unread = np.arange(SIZE)
    with pytest.raises(DataError, match="None of the samples can be read"):
        contract.run_to_the_end(learner)


def test_each_lack_of_memory_leaves_a_quarter_of_the_samples(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.heads.learner._QUICK", 4)
    sizes = [len(Gathering(replace(job, frugality=times), {}).order) for times in range(4)]
    assert sizes == [80, 20, 5, 4]


def test_a_restart_at_any_moment_leads_to_no_head_of_fewer_samples(job: Job, tmp_path: Path) -> None:
    answered, done = 0, False
    learner = Gathering(job, {})
    while not done:
        progress = learner.advance(Deadline(0.0))
        done = progress.done
        answered = int(np.isfinite(learner.validation()).all(axis=1).sum())
        learner.save(tmp_path)
        again = Gathering(job, {})
        again.restore(tmp_path)
        contract.until_improved(again)
        assert np.isfinite(again.validation()).all(axis=1).sum() >= answered
    assert answered == SIZE


class Listener(ConstantMember):
    """Opens each file for a second of its clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(np.array([0.25, 0.75]))
        self.clock = clock

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, FileSamples)
        for row in range(len(samples)):
            samples.opened(row, self._listen)
        return super().predict(samples)

    def _listen(self, path: str) -> str:
        self.clock.time += 1.0
        return path


class Listening(Gathering):
    """Answers the rest with a member that takes long."""

    listener: Listener

    @override
    def member(self) -> Member:
        return self.listener


def test_a_rest_that_takes_long_is_answered_with_looks_at_the_clock(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.heads.learner._QUICK", 4)
    sounds: FileSamples[str] = FileSamples.from_paths([f"{row}.wav" for row in range(SIZE)])
    learner, clock = Listening(replace(job, samples=sounds, frugality=1), {}), Clock(0.0)
    learner.listener, learner._portion = Listener(clock), Portion(learner._portion.size, now=clock)
    done = False
    while not done:
        deadline = Deadline(5.0, now=clock)
        done = learner.advance(deadline).done
        assert deadline.elapsed < OVERRUN * 5.0 + OVERRUN_GRACE
    assert clock.time == SIZE - 20
    assert np.isfinite(learner.validation()).all()
