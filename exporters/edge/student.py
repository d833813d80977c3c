"""Teaches one small network what the whole model knows (Hinton et al., "Distilling the Knowledge", 2015).

The network learns from labels and from what the model said of the same pictures when it had not learned from them,
half and half: those answers tell which mistakes are near. One fold is held out, and the network is judged by it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.budget import Deadline
from engine.device import resolve, threads
from engine.learners.base import Job
from engine.modalities.image.learners.finetune import ImageFineTune
from engine.modalities.image.members.network import NetworkMember
from exporters.base import Progress
from exporters.edge.candidates import Ground

SETTINGS: Mapping[str, Any] = {
    "backbone": "efficientnet_lite0",  # no squeeze and excitation, ReLU6: made to be stored in 8 bits
    "resolution": 128,
    "finer": [160, 192, 224],
    "frozen": 4,
    "batch": 16,
    "epochs": 12,
    "fewest": 0.25,  # it is judged by what it came to
    "enough": 6,
    "share": 0.9,
    "rate": 3e-4,
    "decay": 0.92,
}
_TEACHER = 0.5  # of the target
_SHARES = (0.1, 0.5)  # of the whole export


@dataclass(frozen=True)
class Taught:
    """A network, and what it said [n, K] of the samples that it never learned from; NaN for the others."""

    member: NetworkMember
    held_out: FloatArray


class TaughtNetwork(ImageFineTune):
    """Tunes a network on targets that are the mean of the label and of a teacher's answer, where that is known."""

    kind: ClassVar[str] = "image.taught"

    def __init__(self, job: Job, settings: Mapping[str, Any], teacher: FloatArray) -> None:
        super().__init__(job, settings)
        values, known = self.targets.values, np.isfinite(teacher).all(axis=1) & (job.folds < 0)
        told = teacher if job.task.classes else (teacher - self.targets.middle) / self.targets.spread
        values[known] = (1.0 - _TEACHER) * values[known] + _TEACHER * told[known].astype(np.float32)


def teach(ground: Ground, seconds: float, progress: Progress, settings: Mapping[str, Any] = SETTINGS) -> Taught | None:
    """Teach for at most ``seconds``; return None where that was too short, or there is nothing to judge by.

    ``settings`` are those of :class:`engine.modalities.image.learners.finetune.ImageFineTune`.
    """
    folds = held_out_folds(ground)
    if folds is None:
        return None
    job = Job(ground.task, ground.samples, ground.labels, folds, device=resolve("auto"), threads=threads())
    learner = TaughtNetwork(job, settings, ground.before)
    end, done = time.monotonic() + seconds, False
    while not done and time.monotonic() < end:
        left = end - time.monotonic()
        made = learner.advance(Deadline(min(left, 1.0), left=left))
        low, high = _SHARES
        progress(low + (high - low) * made.share, "Teaching a small network")
        done = made.done
    if not learner.parts:
        return None
    member = learner.member()
    assert isinstance(member, NetworkMember)
    return Taught(member, learner.validation())


def held_out_folds(ground: Ground) -> IntArray | None:
    """Return 0 for the samples of the fold that is held out, -1 for those to learn from; None without folds.

    It is the fold of which the served model's answers are known best.
    """
    known = np.isfinite(ground.before).all(axis=1)
    folds = ground.train.folds
    numbers, counts = np.unique(folds[known & (folds >= 0)], return_counts=True)
    if not len(numbers):
        return None
    chosen: IntArray = np.where(folds == numbers[counts.argmax()], 0, -1).astype(np.int64)
    return chosen
