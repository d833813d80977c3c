"""The learner that does nothing: how often each class occurs, or the mean.

It keeps a run from ever ending without a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.errors import ModelError
from engine.learners.base import Learner, Progress
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Kind, Task


class ConstantMember(Member):
    """Answers the same whatever it is asked."""

    kind: ClassVar[str] = "constant"

    def __init__(self, answer: FloatArray) -> None:
        self.answer = answer

    @override
    def predict(self, samples: Samples) -> FloatArray:
        return np.tile(self.answer, (len(samples), 1))

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        return {"answer": self.answer.tolist()}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            return cls(np.asarray(settings["answer"], dtype=np.float64))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"A part of the model that always answers the same is damaged: {error!r}. Train again."
            ) from error


class ConstantLearner(Learner):
    """Counts the labels."""

    kind: ClassVar[str] = "constant"

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return Progress(improved=True, done=True, share=1.0)

    def _answer(self, labels: FloatArray) -> FloatArray:
        if self.job.task.kind is Kind.REGRESSION:
            return np.array([labels.mean() if labels.size else 0.0])
        if self.job.task.kind is Kind.MULTILABEL:
            often: FloatArray = (labels.sum(axis=0) + 1.0) / (len(labels) + 2.0)
            return often
        counts = np.bincount(labels.astype(np.int64), minlength=self.job.task.outputs) + 1.0
        shares: FloatArray = counts / counts.sum()
        return shares

    @override
    def validation(self) -> FloatArray:
        job = self.job
        predictions = np.full((len(job.labels), job.task.outputs), np.nan)
        for fold in np.unique(job.folds[job.folds >= 0]):
            predictions[job.folds == fold] = self._answer(job.labels[job.folds != fold])
        return predictions

    @override
    def member(self) -> ConstantMember:
        return ConstantMember(self._answer(self.job.labels))

    @override
    def save(self, folder: Path) -> None:
        return None

    @override
    def restore(self, folder: Path) -> None:
        return None
