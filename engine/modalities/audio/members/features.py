"""A kernel head on statistics of a sound, or on what frozen networks hear in it or see in its spectrogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.device import threads
from engine.errors import ModelError
from engine.features.table import FeatureTable
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.audio.kinds import KINDS, kinds
from engine.modalities.audio.samples import AudioSamples
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_HEAD = "head.safetensors"


class FeaturesMember(Member):
    """Answers ``head.predict(features)``, and ``fallback`` [K] for a sound that cannot be read.

    ``heard`` names the features that stand side by side, see :mod:`engine.modalities.audio.kinds`.
    """

    kind: ClassVar[str] = "audio.features"

    def __init__(self, heard: Sequence[str], head: KernelHead, fallback: FloatArray, device: str = "cpu") -> None:
        self.heard = tuple(heard)
        self.head = head
        self.fallback = fallback
        self.device = device

    @override
    def predict(self, samples: Samples) -> FloatArray:
        sounds = cast(AudioSamples, samples)
        tables = [FeatureTable(sounds, kind, self.device, threads()) for kind in kinds(self.heard)]
        for table in tables:
            table.advance(np.arange(len(sounds)))
        features = np.hstack([table.features for table in tables])
        readable = np.isfinite(features).all(axis=1)  # its file may be gone since some of them were kept
        answers = np.tile(self.fallback, (len(sounds), 1))
        answers[readable] = self.head.predict(features[readable])
        return answers

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        self.head.write(folder / _HEAD)
        return {"heard": list(self.heard), "root": self.head.root, "fallback": self.fallback.tolist()}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            heard = [str(name) for name in settings["heard"]]
            fallback = np.asarray(settings["fallback"], dtype=np.float64)
            head = KernelHead.read(folder / _HEAD, settings["root"], Answer.of(task.kind))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"A part of the model that listens to sounds is damaged: {error!r}. Train again."
            ) from error
        unknown = next((name for name in heard if name not in KINDS), None)
        if unknown is not None:
            raise ModelError(f"The model needs the network {unknown!r}, which this version does not know.")
        return cls(heard, head, fallback, device)
