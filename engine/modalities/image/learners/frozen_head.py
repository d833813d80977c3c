"""Features of a frozen pretrained network, gathered in slices, and a closed-form head on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.budget import Deadline
from engine.features.table import FeatureTable, mean_features, read_tables, write_tables
from engine.heads.learner import HeadLearner
from engine.learners.base import Job, Progress
from engine.modalities.image.features import to_learn_from
from engine.modalities.image.members.features import ROOT, FeaturesMember
from engine.modalities.image.samples import ImageSamples

_GROWTH = 4
_WORTH = 0.6
_FEATURES = "features.safetensors"


class FrozenHead(HeadLearner):
    """Fits on the first ``first`` pictures that have features, on four times as many, and so on, and on all.

    Settings: ``backbone``; ``resolution`` in pixels; ``middle``, whether features are the mean over the picture and its
    middle (then only the fit on all is made); ``first`` (0: only the fit on all).
    """

    kind: ClassVar[str] = "image.frozen_head"
    root: float | None = ROOT

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.backbone = str(settings["backbone"])
        self.resolution = int(settings["resolution"])
        self.middle = bool(settings.get("middle", False))
        self.weights: Path | None = None
        self._tables: list[FeatureTable] = []

    @property
    def tables(self) -> list[FeatureTable]:
        """The features of the pictures, and of their middles where wanted."""
        if not self._tables:
            samples = self.job.samples
            assert isinstance(samples, ImageSamples)
            for middle in (False, True)[: 1 + self.middle]:
                kind = to_learn_from(self.backbone, self.resolution, middle, self.weights, self.job.device)
                self._tables.append(FeatureTable(samples, kind, self.job.device, self.job.threads))
        return self._tables

    @override
    def advance(self, deadline: Deadline) -> Progress:
        progress = super().advance(deadline)
        if self._done:
            self._tables = []  # what came whole from the disk, nobody else holds
        return progress

    @override
    def share(self) -> float:
        return 1.0 if self._done else float(np.mean([table.done.mean() for table in self.tables]))

    @override
    def gather(self, deadline: Deadline) -> int:
        due = self._next_fit()
        for table in self.tables:
            if not table.advance(self.order[:due], lambda: deadline.expired):
                return 0
        return due

    def _next_fit(self) -> int:
        """Return how many pictures the next fit takes; a fit on nearly all of them would be a waste."""
        due = 0 if self.middle else int(self.settings.get("first", 0))
        while 0 < due <= self.fitted:
            due *= _GROWTH
        return due if 0 < due < _WORTH * self.enough else self.enough

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        return mean_features(self.tables, rows)

    @override
    def member(self) -> FeaturesMember:
        return FeaturesMember(
            backbone=self.backbone,
            resolution=self.resolution,
            middle=self.middle,
            head=self.candidate(),
            fallback=self.fallback,
            device=self.job.device,
            weights=self.weights,
        )

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        if self._done or self._keeps_features():
            return
        write_tables(folder / _FEATURES, self._tables, self.rows)

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        if self._done or not (folder / _FEATURES).exists():
            return
        read_tables(folder / _FEATURES, self.tables, self.rows)

    def _keeps_features(self) -> bool:
        """Whether all features that were computed lie on disk already."""
        samples = self.job.samples
        return isinstance(samples, ImageSamples) and samples.cache is not None and None not in samples.content
