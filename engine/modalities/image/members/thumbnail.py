"""A kernel head on thumbnails: ready within seconds, and needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.thumbnail import LENGTH, thumbnails
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_HEAD = "head.safetensors"
_THREADS = 2


class ThumbnailMember(Member):
    """Answers ``head.predict(thumbnail_features(picture))``, and ``fallback`` [K] for a picture that cannot be read.

    The arithmetic is that of :func:`engine.modalities.image.thumbnail.thumbnail_features` (resize to 32 by two matrix
    products, then colours and edges) followed by :class:`engine.heads.kernel.KernelHead`.
    """

    kind: ClassVar[str] = "image.thumbnail"

    def __init__(self, head: KernelHead, fallback: FloatArray) -> None:
        self.head = head
        self.fallback = fallback

    @override
    def predict(self, samples: Samples) -> FloatArray:
        pictures = cast(ImageSamples, samples)
        features = np.zeros((len(pictures), LENGTH), dtype=np.float32)
        readable = np.zeros(len(pictures), dtype=np.bool_)
        for row, found in thumbnails(pictures, range(len(pictures)), _THREADS):
            if found is not None:
                features[row], readable[row] = found, True
        answers = np.tile(self.fallback, (len(pictures), 1))
        answers[readable] = self.head.predict(features[readable])
        return answers

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        self.head.write(folder / _HEAD)
        return {"root": self.head.root, "fallback": self.fallback.tolist()}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            fallback = np.asarray(settings["fallback"], dtype=np.float64)
            head = KernelHead.read(folder / _HEAD, settings["root"], Answer.of(task.kind))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The thumbnail part of the model is damaged: {error!r}. Train again.") from error
        return cls(head, fallback)
