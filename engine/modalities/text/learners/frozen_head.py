"""Features of a frozen pretrained network, gathered in slices, and a closed-form head on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.budget import Deadline
from engine.features.table import read_tables, write_tables
from engine.heads.learner import HeadLearner
from engine.heads.ridge import Fit
from engine.learners.base import Job, Progress
from engine.modalities.text.chunks import CHUNK, chunks_for
from engine.modalities.text.features import LOOKS, Looks
from engine.modalities.text.glance import glance
from engine.modalities.text.members.features import ROOT, FeaturesMember
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.words import LEFT_OUT

_GROWTH = 4
_WORTH = 0.6
_FEATURES, _LOOKS = "features.safetensors", "looks.json"
_FEW = 0.05
_FIRST_WORDS, _FEWEST = 24_000, 100  # words for a first look at texts, and texts at least


class FrozenHead(HeadLearner):
    """Fits on the first ``first`` texts that have features, or fewer long ones, on four times as many, and so on.

    Of long texts the end and the beginning are looked at first; once all texts have been looked at, more is seen of
    them, and another head fitted, look by look, until only few hold more than that. Is done at once, without a
    candidate, where the network does not know the texts' language. Settings: ``first`` (0: only fits on all).
    """

    kind: ClassVar[str] = "text.frozen_head"
    root = ROOT

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(self.job.samples, TextSamples)
        self.samples = self.job.samples
        self.looks = Looks(self.samples, job.device, job.threads)
        self._first, self._deepest, self._expected = 0, 0, 0.0
        self._looking, self._looked = 0, 0

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if not self._done and not self._deepest:
            seen = glance(self.job)
            if seen.foreign:
                self._done = True
                return Progress(improved=False, done=True, share=1.0, message=LEFT_OUT)
            self._foresee(seen.words)
        return super().advance(deadline)

    def _foresee(self, words: FloatArray) -> None:
        """Tell from the words in some texts how many to begin with, how often to look, and how much there is to see."""
        each = max(1.0, float(np.minimum(words, LOOKS[0] * CHUNK).mean()))
        self._first = min(int(self.settings.get("first", 0)), max(_FEWEST, int(_FIRST_WORDS / each)))
        chunks = np.array([chunks_for(count) for count in words])
        self._deepest = next(looks for looks, seen in enumerate(LOOKS, 1) if np.mean(chunks > seen) < _FEW)
        self._deepest = max(
            self._deepest, -(-self.fitted // len(self.order))
        )  # as told before a restart, maybe of more
        self._done = 0 < self.fitted == self.enough and not len(self._rest)
        self._expected = float(np.minimum(chunks, LOOKS[self._deepest - 1]).mean()) * len(self.order)

    @property
    @override
    def enough(self) -> int:
        """How many looks at texts there are in the end."""
        return self._deepest * len(self.order)

    @override
    def share(self) -> float:
        return 1.0 if self._done else min(1.0, self.looks.seen / self._expected)

    @override
    def gather(self, deadline: Deadline) -> int:
        due = self._next_fit()
        self._looking = -(-due // len(self.order))
        return due if self.looks.advance(self.order[:due], self._looking, lambda: deadline.expired) else 0

    def _next_fit(self) -> int:
        """Return how many looks the next fit takes; a fit on nearly all texts would be a waste."""
        texts, due = len(self.order), self._first
        if self.fitted >= texts:
            return self.fitted + texts
        while 0 < due <= self.fitted:
            due *= _GROWTH
        return due if 0 < due < _WORTH * texts else texts

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        return self.looks.features(rows, self._looking)

    @override
    def _keep(self, fit: Fit) -> None:
        super()._keep(fit)
        self._looked = self._looking

    @override
    def member(self) -> FeaturesMember:
        return FeaturesMember(head=self.candidate(), looks=self._looked, device=self.job.device)

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        (folder / _LOOKS).write_text(json.dumps({"looked": self._looked}), encoding="utf-8")
        if not self._done and self.samples.cache is None:
            write_tables(folder / _FEATURES, self.looks.tables, self.rows)

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        self._looked = int(json.loads((folder / _LOOKS).read_text(encoding="utf-8"))["looked"])
        if not self._done and (folder / _FEATURES).exists():
            self.looks.open(len(LOOKS))
            read_tables(folder / _FEATURES, self.looks.tables, self.rows)
