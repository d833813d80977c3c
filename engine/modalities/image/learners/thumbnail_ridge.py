"""The first model: thumbnails of a part of the pictures and a closed-form head, within seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from safetensors.numpy import load_file, save_file
from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.budget import Deadline
from engine.heads.learner import HeadLearner
from engine.learners.base import Job
from engine.modalities.image.members.thumbnail import ThumbnailMember
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.thumbnail import DRAFTED, LENGTH, thumbnails

LIMIT = 1000
_GROWTH = 1.5
_FEATURES = "features.safetensors"


class ThumbnailRidge(HeadLearner):
    """Decodes as many pictures as a slice allows and fits on those it has.

    Settings: ``limit``, the most pictures it ever takes (1000).
    """

    kind: ClassVar[str] = "image.thumbnail_ridge"
    thorough = False

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(self.job.samples, ImageSamples)
        self.samples = self.job.samples
        self.seen = 0
        self.features = np.full((self.enough, LENGTH), np.nan, dtype=np.float32)

    @property
    @override
    def enough(self) -> int:
        return min(len(self.order), int(self.settings.get("limit", LIMIT)))

    @override
    def share(self) -> float:
        return self.seen / self.enough

    @override
    def gather(self, deadline: Deadline) -> int:
        rows = [int(row) for row in self.order[self.seen : self.enough]]
        for _, features in thumbnails(self.samples, rows, self.job.threads, lambda: deadline.expired, DRAFTED):
            if features is not None:
                self.features[self.seen] = features
            self.seen += 1
        return self.seen if self.seen == self.enough or self._worth_fitting() else 0

    def _worth_fitting(self) -> bool:
        """Whether there are many more pictures than at the last fit, and two of each class, or twenty numbers."""
        answers = max(2, self.job.task.outputs) if self.job.task.classes else 10
        return self.seen >= max(2 * answers, _GROWTH * self.fitted)

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        place = np.empty(len(self.job.labels), dtype=np.int64)
        place[self.order] = np.arange(len(self.order))
        return self.features[place[rows]]

    @override
    def member(self) -> ThumbnailMember:
        return ThumbnailMember(self.candidate(), self.fallback)

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        save_file({"features": self.features[: self.seen]}, folder / _FEATURES)

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        features = load_file(folder / _FEATURES)["features"][: self.enough]  # fewer are wanted after a lack of memory
        self.seen = len(features)
        self.features[: self.seen] = features
