"""A pretrained network for pictures, tuned whole or from some stage on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import BoolArray, Float32Array, IntArray
from engine.backbones import load_backbone, load_source_head
from engine.features.overlap import overlapped
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.learners.base import Job
from engine.learners.constant import ConstantLearner
from engine.modalities.image.augment import augment
from engine.modalities.image.members.network import MIDDLE, SPREAD, NetworkMember
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.squares import Squares
from engine.transfer.co_tuning import CoTuning

_SMALLEST = 64
# Mirrored pictures whose log-loss is greater by this much than that of plain ones mean something else.
_FACTOR, _SLACK = 1.25, 0.1


class ImageNet(Net):
    """Sees pictures squashed to a square of ``resolution``; the first ``frozen`` stages stay as they are.

    Pictures are mirrored half of the time, and answers are means over both views, unless the pretrained network tells
    mirrored ones apart worse (digits, letters). ``source`` says whether the classifier of the pretraining is wanted;
    ``weights`` is the adopted file of a network from outside.
    """

    margin: ClassVar[float] = 1.25

    def __init__(
        self,
        job: Job,
        backbone: str,
        resolution: int,
        frozen: int = 0,
        source: bool = False,
        weights: Path | None = None,
    ) -> None:
        assert isinstance(job.samples, ImageSamples)
        self.job, self.samples = job, job.samples
        self.backbone, self.resolution, self.frozen = backbone, resolution, frozen
        self.flip, self._mirrored = True, False
        body = load_backbone(backbone, weights)
        self.body = body.to(memory_format=torch.channels_last)
        self.length, self.bfloat16 = body.length, body.quicker_halved
        self.source = load_source_head(backbone, weights) if source else None
        self._parts, self.stages = body.stages, body.last_of_size
        self.squares = Squares(self.samples, round(self.margin * resolution), job.threads)
        self.move(job.device)

    @override
    def prepare(self) -> bool:
        return self.squares.look()

    @override
    def readable(self, rows: IntArray) -> BoolArray:
        return self.squares.readable[rows]

    @override
    def move(self, device: str) -> None:
        super().move(device)
        if self.source is not None:
            self.source.to(device)

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        groups = [[self.body.get_submodule(name) for name in stage] for stage in self._parts[self.frozen :]]
        return [[parameter for module in group for parameter in module.parameters()] for group in groups]

    @override
    def expect(self, rows: IntArray) -> None:
        self.squares.expect(rows)

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        if view.train:
            levels = self.varied(self._squares(rows), view)
        elif view.rough:
            size = (self.resolution, self.resolution)
            levels = F.interpolate(self._squares(rows).float(), size, mode="bilinear", antialias=True)
        else:
            planes = [plane for _, plane in overlapped(self._plane, [int(row) for row in rows], self.job.threads)]
            levels = torch.from_numpy(np.stack(planes)).to(self.device)
        levels = levels.flip(3) if self._mirrored else levels
        return (((levels - float(MIDDLE)) / float(SPREAD)).contiguous(memory_format=torch.channels_last),)

    @override
    def served(self, rows: IntArray) -> Tensor:
        (planes,) = self.inputs(rows, View())
        plain: Tensor = self.body(planes)
        return (plain + self.body(planes.flip(3))) / 2 if self.flip else plain

    def varied(self, squares: Tensor, view: View) -> Tensor:
        """Return the squares as they might also have been taken, float32 [n, 3, resolution, resolution]."""
        return augment(squares, self.resolution, view.random, self.flip)

    def _squares(self, rows: IntArray) -> Tensor:
        return torch.from_numpy(self.squares.of(rows)).to(self.device)

    def _plane(self, row: int) -> Float32Array:
        return resize(self.samples.picture(row), self.resolution)

    @override
    def choose(self, error: Callable[[], float]) -> None:
        plain = error()
        self._mirrored = True
        self.flip = error() <= _FACTOR * plain + _SLACK
        self._mirrored = False

    @override
    def choices(self) -> dict[str, Any]:
        return {"flip": self.flip}

    @override
    def take(self, choices: Mapping[str, Any]) -> None:
        self.flip = bool(choices.get("flip", True))

    @override
    def lighter(self) -> bool:
        smaller = max(_SMALLEST, self.resolution * 3 // 4 // 32 * 32)
        changed = smaller < self.resolution
        self.resolution = min(self.resolution, smaller)
        return changed

    @override
    def to_member(self, parts: Sequence[Part]) -> NetworkMember:
        networks = [{**self._own(), **part.body, "weight": part.weight, "bias": part.bias} for part in parts]
        fallback = ConstantLearner(self.job, {}).member().answer
        kind, device = self.job.task.kind, self.device
        return NetworkMember(self.backbone, self.resolution, networks, fallback, kind, device, self.flip)

    def _own(self) -> dict[str, Tensor]:
        """Return a copy of all that the body holds, learned or not: no two networks may share what is saved."""
        return {name: value.detach().cpu().clone() for name, value in self.body.state_dict().items()}


class ImageFineTune(FineTune):
    """Tunes ``backbone`` on pictures of ``resolution``.

    Settings beside those of :class:`FineTune`: ``backbone``; ``resolution`` in pixels; ``frozen`` (0), how many of the
    first stages stay as they were pretrained, which makes steps cheaper.
    """

    kind: ClassVar[str] = "image.finetune"

    @override
    def net(self) -> ImageNet:
        settings = self.settings
        resolution, frozen = int(settings["resolution"]), int(settings.get("frozen", 0))
        source = CoTuning.kind in self.transfer
        name, weights = self.network()
        return ImageNet(self.job, name, resolution, frozen, source, weights)

    def network(self) -> tuple[str, Path | None]:
        """Return the name of the network, and its adopted file where it comes from outside."""
        return str(self.settings["backbone"]), None
