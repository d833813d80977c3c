"""What the learners of sounds with a closed-form head share: one table of features, and how it outlives a restart."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.features.table import FeatureTable, Kind
from engine.heads.learner import HeadLearner
from engine.learners.base import Job
from engine.modalities.audio.samples import AudioSamples

_FEATURES = "features.safetensors"


class GatheredHead(HeadLearner):
    """A head on features of one kind, which a subclass names."""

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(job.samples, AudioSamples)
        self.samples = job.samples
        self._table: FeatureTable | None = None

    @abstractmethod
    def features_kind(self) -> Kind[AudioSamples]:
        """Return which features."""

    @property
    def table(self) -> FeatureTable:
        """The features of the sounds."""
        if self._table is None:
            self._table = FeatureTable(self.samples, self.features_kind(), self.job.device, self.job.threads)
        return self._table

    @override
    def share(self) -> float:
        return 1.0 if self._done else float(self.table.done.mean())

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        return self.table.features[rows]

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        kept_elsewhere = self.samples.cache is not None and None not in self.samples.content
        if not (self._done or kept_elsewhere):
            done = self.table.done
            arrays: dict[str, np.ndarray[Any, Any]] = {
                "rows": np.flatnonzero(done),
                "features": self.table.features[done],
            }
            save_file(arrays, folder / _FEATURES)

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        if not self._done and (folder / _FEATURES).exists():
            arrays = load_file(folder / _FEATURES)
            self.table.features[arrays["rows"]] = arrays["features"]
            self.table.done[arrays["rows"]] = True
