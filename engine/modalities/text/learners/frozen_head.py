"""Features of a frozen pretrained network, gathered in slices, and a closed-form head on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.budget import Deadline
from engine.features.table import FeatureTable, read_tables, write_tables
from engine.heads.learner import HeadLearner
from engine.learners.base import Job, Progress
from engine.modalities.text.features import FeatureKind
from engine.modalities.text.members.features import ROOT, FeaturesMember
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.words import LEFT_OUT, is_foreign

_GROWTH = 4
_WORTH = 0.6
_FEATURES = "features.safetensors"
_LOOKED_AT = 500  # texts that tell the language


class FrozenHead(HeadLearner):
    """Fits on the first ``first`` texts that have features, on four times as many, and so on, and on all.

    Is done at once, without a candidate, where the network does not know the texts' language. Settings: ``first``
    (0: only the fit on all).
    """

    kind: ClassVar[str] = "text.frozen_head"
    root = ROOT

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(job.samples, TextSamples)
        self.samples = job.samples
        self._table: FeatureTable | None = None
        self._understood = False

    @property
    def table(self) -> FeatureTable:
        """The features of the texts."""
        if self._table is None:
            self._table = FeatureTable(self.samples, FeatureKind(), self.job.device, self.job.threads)
        return self._table

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if not self._done and not self._understood:
            if is_foreign(self.samples.texts(self.order[:_LOOKED_AT])):
                self._done = True
                return Progress(improved=False, done=True, share=1.0, message=LEFT_OUT)
            self._understood = True
        return super().advance(deadline)

    @override
    def share(self) -> float:
        return 1.0 if self._done else float(self.table.done.mean())

    @override
    def gather(self, deadline: Deadline) -> int:
        due = self._next_fit()
        return due if self.table.advance(self.order[:due], lambda: deadline.expired) else 0

    def _next_fit(self) -> int:
        """Return how many texts the next fit takes; a fit on nearly all of them would be a waste."""
        due = int(self.settings.get("first", 0))
        while 0 < due <= self.fitted:
            due *= _GROWTH
        return due if 0 < due < _WORTH * self.enough else self.enough

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        return self.table.features[rows]

    @override
    def member(self) -> FeaturesMember:
        return FeaturesMember(head=self.candidate(), device=self.job.device)

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        if self._done or self._table is None or self.samples.cache is not None:
            return
        write_tables(folder / _FEATURES, [self._table])

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        if self._done or not (folder / _FEATURES).exists():
            return
        read_tables(folder / _FEATURES, [self.table])
