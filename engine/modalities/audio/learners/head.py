"""A closed-form head on statistics of the sounds, or on what frozen networks hear in them or see in their spectra."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.budget import Deadline
from engine.features.table import FeatureTable, read_tables, write_tables
from engine.heads.learner import HeadLearner
from engine.learners.base import Job
from engine.modalities.audio.kinds import STATISTICS, kinds
from engine.modalities.audio.members.features import FeaturesMember
from engine.modalities.audio.samples import AudioSamples

_FEATURES = "features.safetensors"
_GROWTH = 1.5
_TELLING = 16  # sounds: with fewer, most of the time went into loading a network, which tells nothing of the pace


class Head(HeadLearner):
    """Listens to as many sounds as a slice allows and fits a head on those it has, in the end on all.

    Settings: ``backbone``, the network that listens (none: statistics alone), and ``heard``, the names of the features
    that stand side by side where they are others than the backbone's (see :mod:`engine.modalities.audio.kinds`).
    """

    kind: ClassVar[str] = "audio.head"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(self.job.samples, AudioSamples)
        self.samples = self.job.samples
        if job.frugality:
            self.samples.forget()
        self.heard: tuple[str, ...] = tuple(settings.get("heard", [settings.get("backbone", STATISTICS)]))
        self._tables: list[FeatureTable] = []

    @property
    def tables(self) -> list[FeatureTable]:
        """The features of the sounds, a table a kind."""
        if not self._tables:
            self._tables = [
                FeatureTable(self.samples, kind, self.job.device, self.job.threads) for kind in kinds(self.heard)
            ]
        return self._tables

    @override
    def share(self) -> float:
        if self._done:
            return 1.0
        fewest = min(int(table.done.sum()) for table in self.tables)
        return float(np.mean([table.done.mean() for table in self.tables])) if fewest >= _TELLING else 0.0

    @override
    def gather(self, deadline: Deadline) -> int:
        if all(table.advance(self.order, lambda: deadline.expired) for table in self.tables):
            return self.enough
        done = np.all([table.done[self.order] for table in self.tables], axis=0)
        seen = int(done.argmin())
        return seen if self._worth_fitting(seen) else 0

    def _worth_fitting(self, seen: int) -> bool:
        """Whether there are many more sounds than at the last fit, and two of each class, or twenty numbers."""
        answers = max(2, self.job.task.outputs) if self.job.task.classes else 10
        return seen >= max(2 * answers, _GROWTH * self.fitted)

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        return np.hstack([table.features[rows] for table in self.tables])

    @override
    def member(self) -> FeaturesMember:
        return FeaturesMember(self.heard, self.candidate(), self.fallback, self.job.device)

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        kept_elsewhere = self.samples.cache is not None and None not in self.samples.content
        if self._done or kept_elsewhere:
            return
        write_tables(folder / _FEATURES, self.tables, self.rows)

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        if self._done or not (folder / _FEATURES).exists():
            return
        read_tables(folder / _FEATURES, self.tables, self.rows)
