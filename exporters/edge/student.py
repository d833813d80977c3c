"""Teaches one small network what the whole model knows (Hinton et al., "Distilling the Knowledge", 2015).

The network learns from labels and from what the model said of the same pictures when it had not learned from them,
half and half: those answers tell which mistakes are near. One fold is held out, and the network is judged by it.
Where the device is small, the network is pruned then, and learns the same again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.budget import Deadline
from engine.device import resolve, threads
from engine.learners.base import Job
from engine.modalities.image.members.network import NetworkMember
from exporters.base import Progress
from exporters.edge.candidates import Ground
from exporters.edge.lessons import TaughtNetwork

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
PRUNED: Mapping[str, Any] = {
    "pruned": 0.3,
    "frozen": 0,  # the first layers were cut too, and have to learn
    "batch": 16,
    "epochs": 12,
    "fewest": 0.25,
    "share": 0.9,
    "rate": 1e-4,  # it knows already what to say
    "decay": 0.92,
}
_SHARES = (0.1, 0.5)  # of the whole export
_FIRST = 0.5  # of the time, where what is taught is to be pruned


@dataclass(frozen=True)
class Taught:
    """A network, and what it said [n, K] of the samples that it never learned from; NaN for the others."""

    member: NetworkMember
    held_out: FloatArray


@dataclass
class School:
    """Teaches small networks within ``seconds`` in all, each when it is asked for; ``prunes`` says whether one is cut.

    ``settings`` are those of :class:`engine.modalities.image.learners.finetune.ImageFineTune`, ``cut`` those of
    :class:`exporters.edge.narrow.NarrowNetwork`.
    """

    ground: Ground
    seconds: float
    prunes: bool
    progress: Progress
    settings: Mapping[str, Any] = field(default_factory=lambda: SETTINGS)
    cut: Mapping[str, Any] = field(default_factory=lambda: PRUNED)
    _known: list[Taught | None] = field(default_factory=list, init=False)
    _spent: float = field(default=0.0, init=False)

    def taught(self) -> Taught | None:
        """Return a small network; None where the time was too short, or there is nothing to judge it by."""
        if not self._known:
            low, high = _SHARES
            until = low + _FIRST * (high - low) if self.prunes else high
            seconds = _FIRST * self.seconds if self.prunes else self.seconds
            self._known = [self._learned(None, seconds, (low, until))]
        return self._known[0]

    def narrow(self) -> Taught | None:
        """Return the same network, pruned and taught again in the time that is left; None likewise."""
        whole = self.taught()
        low, high = _SHARES
        until = low + _FIRST * (high - low)
        return None if whole is None else self._learned(whole.member, self.seconds - self._spent, (until, high))

    def _learned(self, start: NetworkMember | None, seconds: float, shares: tuple[float, float]) -> Taught | None:
        began = time.monotonic()
        folds = held_out_folds(self.ground)
        if folds is None:
            return None
        learner = self._learner(start, folds)
        end, done = began + seconds, False
        while not done and time.monotonic() < end:
            left = end - time.monotonic()
            made = learner.advance(Deadline(min(left, 1.0), left=left))
            text = "Teaching a small network" if start is None else "Teaching what is left of it after pruning"
            self.progress(shares[0] + (shares[1] - shares[0]) * made.share, text)
            done = made.done
        self._spent += time.monotonic() - began
        if not learner.parts:
            return None
        member = learner.member()
        assert isinstance(member, NetworkMember)
        return Taught(member, learner.validation())

    def _learner(self, start: NetworkMember | None, folds: IntArray) -> TaughtNetwork:
        ground = self.ground
        job = Job(ground.task, ground.samples, ground.labels, folds, device=resolve("auto"), threads=threads())
        if start is None:
            return TaughtNetwork(job, self.settings, ground.before)

        from exporters.edge.narrow import NarrowNetwork

        return NarrowNetwork(job, self.cut, ground.before, start)


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
