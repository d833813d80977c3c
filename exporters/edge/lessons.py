"""What a small network learns from: labels, and what a teacher said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from engine.arrays import FloatArray
from engine.learners.base import Job
from engine.modalities.image.learners.finetune import ImageFineTune

_TEACHER = 0.5  # of the target


class TaughtNetwork(ImageFineTune):
    """Tunes a network on targets that are the mean of the label and of a teacher's answer, where that is known."""

    kind: ClassVar[str] = "image.taught"

    def __init__(self, job: Job, settings: Mapping[str, Any], teacher: FloatArray) -> None:
        super().__init__(job, settings)
        values, known = self.targets.values, np.isfinite(teacher).all(axis=1) & (job.folds < 0)
        told = teacher if job.task.classes else (teacher - self.targets.middle) / self.targets.spread
        values[known] = (1.0 - _TEACHER) * values[known] + _TEACHER * told[known].astype(np.float32)
