"""A pretrained network for pictures, tuned whole or from some stage on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import BoolArray, Float32Array, FloatArray, IntArray
from engine.backbones import load_backbone, load_source_head
from engine.backbones.base import Backbone
from engine.budget import Deadline
from engine.features.overlap import overlapped
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.learners.base import Job, Progress
from engine.learners.constant import ConstantLearner
from engine.memory import free_bytes, short_of_memory
from engine.modalities.image.augment import FLIP, LIGHT, ZOOM, augment, mean_the_same, seen_otherwise
from engine.modalities.image.features import to_learn_from
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.mixing import mixed
from engine.modalities.image.resize import MIDDLE, SPREAD, resize
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.squares import Squares, shared
from engine.modalities.image.trivial import trivially_varied
from engine.task import Kind
from engine.transfer.co_tuning import CoTuning

_SMALLEST = 64
_COARSE = ((0.35, 0.6), (0.65, 0.8))  # until which share of the training pictures are seen how small
_STEP = 32  # pixels: networks halve pictures five times
_UNCHANGED = 0.35  # of the time of a step, which goes into what does not depend on the size of pictures
_FEWEST_TRIES, _TRIES, _TRIES_S = 2, 3, 1.0
_NO_TIME_S = 1e-6
_UNPACKED_S = 0.5  # of unpacking whole pictures between two looks at the clock
_KEPT_BYTES = 300_000_000  # of pictures as they are served, for the next check
_KEPT_FOR_CARD = 0.05  # of the memory that is free, where that is more: large photos take long to unpack for each


class ImageNet(Net):
    """Sees pictures squashed to a square of ``resolution``; the first ``frozen`` stages stay as they are.

    Pictures are varied in the ``ways`` (:mod:`engine.modalities.image.augment`) that do not change what they mean.
    Where they may be mirrored, answers are means over both views. ``mixing`` is the share of the steps that learn from
    mixed pictures (:mod:`engine.modalities.image.mixing`) before the last part of the training; ``growing`` says
    whether pictures are seen smaller at first, which costs less; ``trivial`` says whether each is changed in one of
    many more ways (:mod:`engine.modalities.image.trivial`) where none of the others changes what it means. ``source``
    says whether the classifier of the pretraining is wanted; ``weights`` is the adopted file of a network from outside.
    """

    margin: ClassVar[float] = 1.25
    known_ways: ClassVar[tuple[str, ...]] = (FLIP, LIGHT, ZOOM)
    mixing: float = 0.0
    growing: bool = False
    trivial: bool = False
    plain_from: ClassVar[float] = 0.85  # of the training, from where on pictures are no longer mixed
    looking = 0.3  # 0.24 in half precision, 0.35 in full,
    whole = 3.0  # and a check looks at both views in full

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
        self.ways, self._otherwise, self._weights = set(self.known_ways), "", weights
        self._planes: dict[int, Float32Array] = {}
        self._round_s = math.inf  # that as many whole pictures as there are threads took to unpack, side by side
        body = load_backbone(backbone, weights)
        self.body = body.to(memory_format=torch.channels_last)
        self.length, self.halved = body.length, body.quicker_halved
        self.source = load_source_head(backbone, weights) if source else None
        self.stages = body.last_of_size
        self.see_at(resolution)
        self.move(job.device)

    def see_at(self, resolution: int) -> None:
        """See pictures at another resolution; they are to be prepared for it again."""
        self.row_s *= (resolution / self.resolution) ** 2
        self.resolution = self._chosen = resolution
        on_card, side = torch.device(self.job.device).type == "cuda", round(self.margin * resolution)
        seen: Callable[..., Squares] = shared if on_card else Squares
        self.squares = seen(self.samples, side, self.job.threads, frugality=self.job.frugality)
        self._borrowed = on_card
        self._planes = {}

    def share(self, squares: Squares) -> None:
        """See pictures through ``squares``, where they fit; who lends them lets go of them too."""
        if squares.side == self.squares.side:
            self.squares, self._borrowed = squares, True

    def undisturbed(self) -> AbstractContextManager[Any]:
        """Keep others from the processor while pictures are read again and again for a graphics card.

        Threads of the linear algebra library would only spin beside those that read (:mod:`engine.features.overlap`).
        A processor that learns may need them itself.
        """
        if torch.device(self.device).type != "cuda" or self.squares.whole:
            return nullcontext()
        limits: AbstractContextManager[Any] = threadpool_limits(1, "blas")
        return limits

    @override
    def prepare(self) -> bool:
        return self.squares.look()

    @override
    def readable(self, rows: IntArray) -> BoolArray:
        return self.squares.readable[rows]

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        body = cast(Backbone, self.body)  # not the one loaded first: who prunes it puts a narrower one here
        return [body.weights_of(stage) for stage in body.stages[self.frozen :]]

    @override
    def expect(self, rows: IntArray) -> None:
        self.squares.expect(rows)

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        if view.train:
            self._forget(rows)
            levels = self.varied(self._squares(rows), view)
        elif view.rough:
            levels = _not_larger(self._squares(rows), self.resolution).float()
            levels = seen_otherwise(levels, self._otherwise) if self._otherwise else levels
        else:
            levels = torch.from_numpy(self._whole(rows)).to(self.device)
        return (((levels - float(MIDDLE)) / float(SPREAD)).contiguous(memory_format=torch.channels_last),)

    @override
    def served(self, rows: IntArray) -> Tensor:
        (planes,) = self.inputs(rows, View())
        with torch.autocast(planes.device.type, enabled=False):  # members answer in full precision
            plain: Tensor = self.body(planes)
            return (plain + self.body(planes.flip(3))) / 2 if self.flip else plain

    @override
    def together(self, batch: int, view: View) -> int:
        if view.rough:
            return batch
        return min(batch, self.job.threads * max(1, int(_UNPACKED_S / max(self._round_s, _NO_TIME_S))))

    @override
    def recalled(self, rows: IntArray) -> Float32Array | None:
        if not self.pretrained:
            return None
        kind = to_learn_from(self.backbone, self.resolution, False, self._weights, self.device)
        known = self.samples.known.get(kind.name)
        found = None if known is None else known[rows]
        return found if found is not None and np.isfinite(found).all() else None

    def varied(self, squares: Tensor, view: View) -> Tensor:
        """Return the squares as they might also have been taken, float32 [n, 3, side, side]; see :meth:`side`."""
        side = self.side(view.progress)
        squares = _not_larger(squares, round(self.margin * side))
        if self.trivial and self.ways == set(self.known_ways):
            return trivially_varied(augment(squares, side, view.random, self.ways - {LIGHT}), view.random)
        return augment(squares, side, view.random, self.ways)

    def side(self, progress: float) -> int:
        """Return how large pictures are seen at this share of the training: smaller at first where they grow."""
        if not self.growing:
            return self.resolution
        share = next((share for until, share in _COARSE if progress < until), 1.0)
        return min(self.resolution, max(_SMALLEST, round(share * self.resolution / _STEP) * _STEP))

    @override
    def effort(self, progress: float) -> float:
        return _UNCHANGED + (1.0 - _UNCHANGED) * (self.side(progress) / self.resolution) ** 2

    @override
    def mix(self, inputs: tuple[Tensor, ...], targets: Tensor, view: View) -> tuple[tuple[Tensor, ...], Tensor]:
        if view.progress >= self.plain_from or view.random.random() >= self.mixing:
            return inputs, targets
        (pictures,) = inputs
        pictures, targets = mixed(pictures, targets, view.random)
        return (pictures,), targets

    def _squares(self, rows: IntArray) -> Tensor:
        return self.squares.of(rows).to(self.device, non_blocking=self.squares.pinned)

    def _whole(self, rows: IntArray) -> Float32Array:
        """Return pictures [len(rows), 3, S, S] as they are served; large ones take long to unpack for every check."""
        missing = [int(row) for row in rows if int(row) not in self._planes]
        began = time.monotonic()
        read = dict(overlapped(self._plane, missing, self.job.threads))
        if missing:
            rounds = math.ceil(len(missing) / self.job.threads)
            self._round_s = (time.monotonic() - began) / rounds
        known = self._planes | read
        room = self._room() // (4 * 3 * self.resolution**2) - len(self._planes)
        self._planes |= dict(islice(read.items(), max(0, room)))
        return np.stack([known[int(row)] for row in rows])

    def _room(self) -> int:
        """Return how many bytes of pictures are kept as they are served."""
        if torch.device(self.device).type != "cuda":
            return _KEPT_BYTES
        return max(_KEPT_BYTES, int(_KEPT_FOR_CARD * free_bytes()) >> 2 * self.job.frugality)

    def _forget(self, rows: IntArray) -> None:
        """Let go of pictures that are learned from: they are not those of the next check."""
        for row in rows:
            self._planes.pop(int(row), None)

    def _plane(self, row: int) -> Float32Array:
        return resize(self.samples.picture(row), self.resolution)

    @override
    def choose(self, losses: Callable[[], FloatArray]) -> None:
        plain = losses()
        try:
            for way in self.known_ways:
                # A class seldom depends on the light or the size, and a processor takes a second or so for each look.
                if way == FLIP or self.job.task.kind is Kind.REGRESSION or self.device != "cpu":
                    self._otherwise = way
                    self._may(way, mean_the_same(plain, losses()))
        finally:  # memory may have run short, and this is tried again
            self._otherwise = ""

    def _may(self, way: str, allowed: bool) -> None:
        self.ways = self.ways | {way} if allowed else self.ways - {way}

    @property
    def flip(self) -> bool:
        """Whether mirrored pictures mean the same."""
        return FLIP in self.ways

    @override
    def choices(self) -> dict[str, Any]:
        return {"resolution": self._chosen, **{way: way in self.ways for way in self.known_ways}}

    @override
    def take(self, choices: Mapping[str, Any]) -> None:
        for way in self.known_ways:
            self._may(way, bool(choices.get(way, True)))
        if choices.get("resolution", self._chosen) != self._chosen:
            self.see_at(int(choices["resolution"]))

    def step_seconds(self, batch: int) -> float:
        """Return how long a step on ``batch`` pictures takes at best, as tried out with a few."""
        learned = [parameter.requires_grad_() for layer in self.layers() for parameter in layer]
        sides = (batch, 3, self.resolution, self.resolution)
        planes = torch.zeros(sides, device=self.device).contiguous(memory_format=torch.channels_last)
        took: list[float] = []
        # The first is slow, on a graphics card by seconds, and others may be disturbed.
        while len(took) < _FEWEST_TRIES or (len(took) < _TRIES and sum(took) < _TRIES_S):
            began = time.monotonic()
            with self.precision():
                features = self.body(planes)
            pulled = torch.autograd.grad(features.float().sum(), learned)
            float(pulled[0].sum())  # waits for the device
            took.append(time.monotonic() - began)
        self.body.requires_grad_(False)
        return min(took)

    @override
    def rest(self) -> None:
        if not self._borrowed:
            self.squares.rest()
        self._planes = {}

    @override
    def lighter(self) -> bool:
        smaller = max(_SMALLEST, self.resolution * 3 // 4 // 32 * 32)
        changed = smaller < self.resolution
        self.resolution = min(self.resolution, smaller)
        self._planes = {}
        return changed

    @override
    def sight(self) -> int:
        return self.resolution

    @override
    def to_member(self, parts: Sequence[Part]) -> NetworkMember:
        networks = [{**self._own(), **part.body, "weight": part.weight, "bias": part.bias} for part in parts]
        fallback = ConstantLearner(self.job, {}).member().answer
        kind, device, resolution = self.job.task.kind, self.device, parts[0].sight or self.resolution
        return NetworkMember(self.backbone, resolution, networks, fallback, kind, device, self.flip)

    def _own(self) -> dict[str, Tensor]:
        """Return a copy of all that the body holds, learned or not: no two networks may share what is saved."""
        return {name: value.detach().cpu().clone() for name, value in self.body.state_dict().items()}


def _not_larger(squares: Tensor, side: int) -> Tensor:
    """Return squares [n, 3, S, S] of at most ``side`` pixels a side, made smaller as those that are served are."""
    if squares.shape[-1] <= side:
        return squares
    return F.interpolate(squares.float(), (side, side), mode="bilinear", antialias=True)


class ImageFineTune(FineTune):
    """Tunes ``backbone`` on pictures of ``resolution``.

    After 8 passes at 128 pixels it named 0.923 of 503 held-out photos of six kinds and 0.850 of 620 small ones of ten.
    A kernel head fitted to what the tuned network sees was no surer gain: 0.897 and 0.855. Mixed pictures in half
    of the steps were a loss in so few passes: 0.856 of 500 small ones (log-loss 0.459) rather than 0.870 (0.430).
    Pictures that grow from three fifths of their size were no gain in as much time: at 160 pixels 0.890 of 403 photos
    (log-loss 0.350, two seeds) after 7.7 passes and 0.895 (0.356) after 6 at full size, at 128 pixels 0.844 (0.452)
    after 3.8 and 0.846 (0.437) after 3; where there is time for dozens of passes they are the usual way.

    Settings beside those of :class:`FineTune`: ``backbone``; ``resolution`` in pixels; ``finer`` (none), larger
    resolutions, of which the largest is taken at which the time allows to see each picture ``enough`` (8) times;
    ``frozen`` (0), how many of the first stages stay as they were pretrained, which makes steps cheaper; ``mixing``
    (0), the share of the steps that learn from mixed pictures; ``growing`` (False), whether pictures are seen smaller
    at first; ``trivial`` (False), whether each is changed by TrivialAugment, which numbers never are.
    """

    kind: ClassVar[str] = "image.finetune"

    @override
    def net(self) -> ImageNet:
        settings = self.settings
        resolution, frozen = int(settings["resolution"]), int(settings.get("frozen", 0))
        source = CoTuning.kind in self.transfer
        batch, (name, weights) = int(self.settings.get("batch", 32)), self.network()
        net = ImageNet(self.job, name, resolution, frozen, source, weights)
        net.mixing, net.growing = self.mixing, bool(settings.get("growing", False))
        net.trivial = bool(settings.get("trivial", False)) and bool(self.job.task.classes)
        if not math.isinf(self.allowed):
            net.row_s = _row_seconds(net, batch)
        net.see_at(self._finest(net, [resolution, *sorted(int(side) for side in settings.get("finer", ()))]))
        return net

    @override
    def advance(self, deadline: Deadline) -> Progress:
        with self._net.undisturbed() if isinstance(self._net, ImageNet) else nullcontext():
            return super().advance(deadline)

    @property
    def mixing(self) -> float:
        """The share of the steps that learn from mixed pictures; numbers have no answer in proportion."""
        return float(self.settings.get("mixing", 0.0)) if self.job.task.classes else 0.0

    def _finest(self, net: ImageNet, sides: Sequence[int]) -> int:
        """Return the last of the resolutions, of which the net sees at the first, that the time allows."""
        whole = net.row_s * net.effort_left(0.0) * float(self.settings.get("enough", 8)) * len(self.job.labels)
        affordable = [side for side in sides if whole * (side / sides[0]) ** 2 <= self.allowed]
        return affordable[-1] if affordable else sides[0]

    def network(self) -> tuple[str, Path | None]:
        """Return the name of the network, and its adopted file where it comes from outside."""
        return str(self.settings["backbone"]), None


def _row_seconds(net: ImageNet, batch: int) -> float:
    """Return how long a step takes for each picture, of as many at once as memory allows.

    Raises:
        MemoryError, RuntimeError: not even one picture fits.
    """
    while True:
        try:
            return net.step_seconds(batch) / batch
        except (MemoryError, RuntimeError) as error:
            if batch == 1 or not short_of_memory(error):
                raise
        batch //= 2
