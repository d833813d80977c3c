"""A pretrained network for pictures, all of its layers tuned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import BoolArray, ByteArray, Float32Array, IntArray
from engine.backbones import load_backbone
from engine.features.overlap import overlapped
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.learners.base import Job
from engine.learners.constant import ConstantLearner
from engine.modalities.image.augment import augment
from engine.modalities.image.features import LENGTH
from engine.modalities.image.members.network import MIDDLE, SPREAD, NetworkMember
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples

_MARGIN = 1.25
_KEPT_BYTES = 1_000_000_000
_PIECE = 16
_SMALLEST = 64


class ImageNet(Net):
    """Sees pictures squashed to a square of ``resolution``; keeps them decoded, a little larger, while memory allows.

    ``bfloat16`` is for graphics cards alone: on a processor the depthwise convolutions are slower with it.
    """

    bfloat16: ClassVar[frozenset[str]] = frozenset({"cuda"})

    def __init__(self, job: Job, backbone: str, resolution: int, flip: bool) -> None:
        assert isinstance(job.samples, ImageSamples)
        self.job, self.samples = job, job.samples
        self.backbone, self.resolution, self.flip = backbone, resolution, flip
        self.body = load_backbone(backbone).to(memory_format=torch.channels_last)
        self.length = LENGTH
        self.side = round(_MARGIN * resolution)
        kept = min(len(self.samples), _KEPT_BYTES // (3 * self.side**2))
        self._kept = np.empty((kept, 3, self.side, self.side), dtype=np.uint8)
        self._readable = np.zeros(len(self.samples), dtype=np.bool_)
        self._looked = 0
        self.move(job.device)

    @override
    def prepare(self) -> bool:
        rows = range(self._looked, min(self._looked + _PIECE, len(self.samples)))
        for row, picture in overlapped(self._square, rows, self.job.threads):
            self._readable[row] = picture is not None
            if picture is not None and row < len(self._kept):
                self._kept[row] = picture
        self._looked += len(rows)
        return self._looked == len(self.samples)

    @override
    def readable(self, rows: IntArray) -> BoolArray:
        return self._readable[rows]

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        return [list(layer.parameters()) for layer in self.body.get_submodule("layers").children()]

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        if view.train:
            pictures = torch.from_numpy(self._squares(rows)).to(self.device)
            levels = augment(pictures, self.resolution, view.random, self.flip)
        else:
            planes = [plane for _, plane in overlapped(self._plane, [int(row) for row in rows], self.job.threads)]
            levels = torch.from_numpy(np.stack(planes)).to(self.device)
        return (((levels - float(MIDDLE)) / float(SPREAD)).contiguous(memory_format=torch.channels_last),)

    def _squares(self, rows: IntArray) -> ByteArray:
        squares = np.empty((len(rows), 3, self.side, self.side), dtype=np.uint8)
        kept = rows < len(self._kept)
        squares[kept] = self._kept[rows[kept]]
        others = dict(overlapped(self._square, [int(row) for row in rows[~kept]], self.job.threads))
        for place in np.flatnonzero(~kept):
            picture = others[int(rows[place])]
            squares[place] = np.uint8(MIDDLE) if picture is None else picture
        return squares

    def _square(self, row: int) -> ByteArray | None:
        picture = self.samples.picture_or_none(row)
        return None if picture is None else np.rint(resize(picture, self.side)).astype(np.uint8)

    def _plane(self, row: int) -> Float32Array:
        return resize(self.samples.picture(row), self.resolution)

    @override
    def lighter(self) -> bool:
        smaller = max(_SMALLEST, self.resolution * 3 // 4 // 32 * 32)
        changed = smaller < self.resolution
        self.resolution = min(self.resolution, smaller)
        return changed

    @override
    def to_member(self, parts: Sequence[Part]) -> NetworkMember:
        networks = [{**part.body, "weight": part.weight, "bias": part.bias} for part in parts]
        fallback = ConstantLearner(self.job, {}).member().answer
        kind, device = self.job.task.kind, self.device
        return NetworkMember(self.backbone, self.resolution, networks, fallback, kind, device)


class ImageFineTune(FineTune):
    """Tunes ``backbone`` on pictures of ``resolution``.

    Settings beside those of :class:`FineTune`: ``backbone``; ``resolution`` in pixels; ``flip`` (True), whether a
    mirrored picture means the same.
    """

    kind: ClassVar[str] = "image.finetune"

    @override
    def net(self) -> ImageNet:
        settings = self.settings
        flip = bool(settings.get("flip", True))
        return ImageNet(self.job, str(settings["backbone"]), int(settings["resolution"]), flip)
