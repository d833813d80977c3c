"""What the members of sounds with a closed-form head share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.device import threads
from engine.errors import ModelError
from engine.features.table import FeatureTable, Kind
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.audio.samples import AudioSamples
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_HEAD = "head.safetensors"


class GatheredMember(Member):
    """Answers ``head.predict(features)``, and ``fallback`` [K] for a sound that cannot be read."""

    def __init__(self, head: KernelHead, fallback: FloatArray, device: str = "cpu") -> None:
        self.head = head
        self.fallback = fallback
        self.device = device

    @abstractmethod
    def features_kinds(self) -> Sequence[Kind[AudioSamples]]:
        """Return which features the head looks at, side by side."""

    @override
    def predict(self, samples: Samples) -> FloatArray:
        sounds = cast(AudioSamples, samples)
        tables = [FeatureTable(sounds, kind, self.device, threads()) for kind in self.features_kinds()]
        for table in tables:
            table.advance(np.arange(len(sounds)))
        features = np.hstack([table.features for table in tables])
        readable = np.isfinite(features[:, 0])
        answers = np.tile(self.fallback, (len(sounds), 1))
        answers[readable] = self.head.predict(features[readable])
        return answers

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        self.head.write(folder / _HEAD)
        return {"root": self.head.root, "fallback": self.fallback.tolist()}


def read_head(folder: Path, settings: Mapping[str, Any], task: Task) -> tuple[KernelHead, FloatArray]:
    """Return the head and the fallback that a :class:`GatheredMember` saved.

    Raises:
        ModelError: they are missing or damaged.
    """
    try:
        fallback = np.asarray(settings["fallback"], dtype=np.float64)
        head = KernelHead.read(folder / _HEAD, settings["root"], Answer.of(task.kind))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"A part of the model that listens to sounds is damaged: {error!r}. Train again.") from error
    return head, fallback
