"""The very first model: the constant one, served before anything is learned."""

from __future__ import annotations

from typing import Self

import numpy as np

from engine.arrays import IntArray
from engine.learners.base import Job
from engine.learners.constant import ConstantLearner
from engine.worker.checkpoint import Checkpoint
from engine.worker.serving import Server


class Headcount:
    """Samples of which only the number matters."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size

    def take(self, rows: IntArray) -> Self:
        """Return that many."""
        return type(self)(len(rows))


def serve_constant(server: Server) -> None:
    """Serve the class shares, or the mean."""
    run, train = server.run, server.train
    job = Job(run.task, Headcount(len(train)), server.labels, train.folds)
    learner = ConstantLearner(job, {})
    member = learner.member()
    n_predict = len(server.ids_to_predict)
    answers = {
        "test": member.predict(Headcount(server.sizes[1])),
        "predict": member.predict(Headcount(n_predict)) if n_predict else np.zeros((0, run.task.outputs)),
    }
    checkpoint = Checkpoint(run.checkpoints_path, ConstantLearner.kind)
    version = checkpoint.save_candidate(member, learner.validation())
    checkpoint.save_answers(version, answers)
    candidate = checkpoint.candidate()
    assert candidate is not None
    server.begin_with(candidate)
