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
    """Answers ``head.predict(f)``, with ``f`` float32 [2688] as :mod:`engine.modalities.text.features` says.

    ``looks`` is how often a text is looked at.
    """

    kind: ClassVar[str] = "text.features"

    head: KernelHead
    looks: int
    device: str = "cpu"

    @override
    def predict(self, samples: Samples) -> FloatArray:
        from engine.modalities.text.features import Looks

        texts, rows = cast(TextSamples, samples), np.arange(len(samples))
        looks = Looks(texts, self.device, threads())
        looks.advance(rows, self.looks)
        return self.head.predict(looks.features(rows, self.looks))

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        from engine.modalities.text.features import FeatureKind

        self.head.write(folder / _HEAD)
        return {"features": FeatureKind().name, "looks": self.looks}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        from engine.modalities.text.features import LOOKS, FeatureKind

        looks = settings.get("looks", 0)
        if settings.get("features") != FeatureKind().name or looks not in range(1, len(LOOKS) + 1):
            raise ModelError(
                f"The model needs the features {settings.get('features')!r} of texts, which this version does not know."
            )
        return cls(KernelHead.read(folder / _HEAD, ROOT, Answer.of(task.kind)), looks, device)
