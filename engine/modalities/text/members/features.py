"""A kernel head on the features of a frozen pretrained network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.device import threads
from engine.errors import ModelError
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.text.samples import TextSamples
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

ROOT = None  # features of both signs
_HEAD = "head.safetensors"


@dataclass(frozen=True)
class FeaturesMember(Member):
    """Answers ``head.predict(f)``, with ``f`` float32 [2688] as :mod:`engine.modalities.text.features` says."""

    kind: ClassVar[str] = "text.features"

    head: KernelHead
    device: str = "cpu"

    @override
    def predict(self, samples: Samples) -> FloatArray:
        from engine.features.table import FeatureTable
        from engine.modalities.text.features import FeatureKind

        texts = cast(TextSamples, samples)
        table = FeatureTable(texts, FeatureKind(), self.device, threads())
        table.advance(np.arange(len(texts)))
        return self.head.predict(table.features)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        from engine.modalities.text.features import FeatureKind

        self.head.write(folder / _HEAD)
        return {"features": FeatureKind().name}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        from engine.modalities.text.features import FeatureKind

        if settings.get("features") != FeatureKind().name:
            raise ModelError(
                f"The model needs the features {settings.get('features')!r} of texts, which this version does not know."
            )
        return cls(KernelHead.read(folder / _HEAD, ROOT, Answer.of(task.kind)), device)
