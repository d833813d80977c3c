"""A kernel head on the features of a frozen pretrained network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.backbones import BACKBONES, is_pretrained
from engine.device import threads
from engine.errors import ModelError, WeightsError
from engine.files import link_file
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.image.members.resolution import resolution_of
from engine.modalities.image.samples import ImageSamples
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

ROOT = 1e-3
_HEAD, _WEIGHTS = "head.safetensors", "network.safetensors"


@dataclass(frozen=True)
class FeaturesMember(Member):
    """Answers from features, and ``fallback`` [K] for a picture that cannot be read.

    All in float32 up to the head::

    X = resize(picture, resolution)             two matrix products, engine.modalities.image.resize
    X = (X - 127) / 128                         [3, S, S]
    f = network(X)                              [d], load_backbone(backbone, weights)
    f = (f + network of the middle) / 2         where ``middle``: the same of engine.modalities.image.resize.middle
    head.predict(f)                             engine.heads.kernel

    ``weights`` is the file of a network from outside, which is kept with the member.
    """

    kind: ClassVar[str] = "image.features"

    backbone: str
    resolution: int
    middle: bool
    head: KernelHead
    fallback: FloatArray
    device: str = "cpu"
    weights: Path | None = None

    @override
    def predict(self, samples: Samples) -> FloatArray:
        from engine.features.table import mean_features
        from engine.modalities.image.features import FeatureKind, looked_at

        pictures = cast(ImageSamples, samples)
        views = (False, True)[: 1 + self.middle]
        kinds = [FeatureKind(self.backbone, self.resolution, middle, self.weights) for middle in views]
        features = mean_features(looked_at(pictures, kinds, self.device, threads()), np.arange(len(pictures)))
        readable = np.isfinite(features[:, 0])
        answers = np.tile(self.fallback, (len(pictures), 1))
        answers[readable] = self.head.predict(features[readable])
        return answers

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        self.head.write(folder / _HEAD)
        if self.weights is not None:
            link_file(self.weights, folder / _WEIGHTS)
        return {
            "backbone": self.backbone,
            "resolution": self.resolution,
            "middle": self.middle,
            "root": self.head.root,
            "fallback": self.fallback.tolist(),
        }

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            backbone, resolution = str(settings["backbone"]), resolution_of(settings)
            fallback = np.asarray(settings["fallback"], dtype=np.float64)
            head = KernelHead.read(folder / _HEAD, settings["root"], Answer.of(task.kind))
            middle = bool(settings["middle"] if "middle" in settings else settings["flip"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"A part of the model that looks at features is damaged: {error!r}. Train again."
            ) from error
        if settings.get("flip"):
            raise ModelError("The model looks at mirrored pictures, as an earlier version did. Train again to use it.")
        if not is_pretrained(backbone):
            raise ModelError(f"The model needs the network {backbone!r}, which this version does not know.")
        weights = None if backbone in BACKBONES else folder / _WEIGHTS
        member = cls(backbone, resolution, middle, head, fallback, device, weights)
        if weights is not None:
            member._load_own()
        return member

    def _load_own(self) -> None:
        """Load the network that lies with the member, and what is told of it, before its folder can be moved away."""
        from engine.modalities.image.features import FeatureKind, network

        kind = FeatureKind(self.backbone, self.resolution, weights=self.weights)
        try:
            network(kind, self.device)
            _ = kind.name, kind.length, kind.batch(self.device)  # each is read from the file once
        except WeightsError as error:
            raise ModelError(str(error)) from error
