"""Features of pictures under a frozen pretrained network.

Heads are fitted to features in half precision where a processor computes these clearly faster (128 pixels: 2.1 instead
of 3.9 ms a picture, 224 pixels: 6.7 instead of 13) and answer in full precision. They lose nothing by it: 4-fold
accuracy and log-loss at 128 pixels, fitted in full | in half precision, both answering in full, were 0.759, 0.757 |
0.754, 0.756 on 2,500 pictures of ten classes and 0.857, 0.423 | 0.859, 0.425 on 2,021 of six.

They are also fitted to large JPEGs that are unpacked in part, to twice the resolution at least, and answer on whole
ones: of 244 photos of 4 megapixels at 128 pixels that takes 105 rather than 232 ms each, log-loss 0.262 either way.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from torch import nn

from engine.arrays import Float32Array, IntArray
from engine.backbones import load_backbone
from engine.backbones.weights import digest, manifest
from engine.features.table import FeatureTable, Stop, fill, never
from engine.features.turns import alone_on
from engine.finetune.precision import fast, is_fast
from engine.finetune.waiting import sent
from engine.memory import short_of_memory
from engine.modalities.image.resize import MIDDLE, SPREAD, resize
from engine.modalities.image.resize import middle as middle_of
from engine.modalities.image.samples import ImageSamples

LENGTH = 1280

_VERSION = 2  # counts changes of the arithmetic before the network: features of another version are not comparable
_DRAFTED = 2  # times the resolution: pictures are unpacked at least so large
_NETWORKS = 4  # that are kept: a model seldom has more, and one of a person's own may take a GB
_HALVED = frozenset({"cpu"})
# A thread unpacks its batch alone, and looks at the clock after it: of large photos 24 take some seconds.
_PIXELS_A_BATCH = {"cpu": 8 * 224 * 224, "cuda": 24 * 224 * 224}
_USUAL_WEIGHTS = 20_000_000  # several times ours; a processor takes seconds for a picture under the largest there are
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """Which features: the network, the side in pixels it sees, and whether it sees but the middle of the picture.

    ``weights`` is the adopted file of a network from outside, None for one of this version. With ``half`` they are
    rounded as half precision does it; with ``drafted``, pictures much larger than is seen of them are only unpacked as
    far as needed.
    """

    backbone: str
    resolution: int
    middle: bool = False
    weights: Path | None = None
    half: bool = False
    drafted: bool = False

    @property
    def name(self) -> str:
        """The name under which such features are kept; it changes with the weights and with the arithmetic."""
        view = "middle" if self.middle else "plain"
        weights = manifest()[self.backbone].sha256 if self.weights is None else _digest(self.weights)
        backbone = self.backbone.replace("/", "-")
        ways = ("-half" if self.half else "") + ("-drafted" if self.drafted else "")
        return f"{backbone}-{weights[:8]}-{self.resolution}-{view}{ways}-v{_VERSION}"

    @property
    def length(self) -> int:
        """How many numbers describe a picture."""
        return LENGTH if self.weights is None else _length(self.weights)

    def batch(self, device: str) -> int:
        """Return how many pictures are best computed together: fewer where a processor has a large network to ask."""
        where = torch.device(device).type
        pixels = _PIXELS_A_BATCH.get(where, _PIXELS_A_BATCH["cpu"])
        if where == "cpu" and self.weights is not None:
            pixels = pixels * _USUAL_WEIGHTS // max(_USUAL_WEIGHTS, _size(self.weights))
        return max(1, pixels // self.resolution**2)

    @property
    def least(self) -> int:
        """How small a picture may be unpacked, in pixels a side; 0 for not smaller than it is."""
        return _DRAFTED * self.resolution if self.drafted else 0

    def compute(self, samples: ImageSamples, rows: IntArray, device: str, stop: Stop = never) -> Float32Array:
        """Return features [m, ``length``] of the first m of ``rows``, NaN where a picture cannot be read.

        They are fewer than ``rows`` only where ``stop`` says so: large photos take long to unpack.
        """
        return _compute(network(self, device), samples, rows, (self,), device, stop)[0]


def to_learn_from(backbone: str, resolution: int, middle: bool, weights: Path | None, device: str) -> FeatureKind:
    """Return the kind of features that a head is best fitted to on ``device``."""
    half = weights is None and is_fast(device, _HALVED)
    return FeatureKind(backbone, resolution, middle, weights, half, drafted=True)


def looked_at(samples: ImageSamples, kinds: Sequence[FeatureKind], device: str, threads: int) -> list[FeatureTable]:
    """Return the features of all samples under each of ``kinds``, which are views of one network at one resolution.

    Each picture is unpacked once for all views that are not known yet. Of few pictures a processor's threads take their
    share each, rather than one of them a whole batch.
    """
    tables = [FeatureTable(samples, kind, device, threads) for kind in kinds]
    if torch.device(device).type == "cpu":
        for table in tables:
            table.batch = max(1, min(table.batch, math.ceil(len(samples) / threads)))
    missing = [place for place, table in enumerate(tables) if not table.done.all()]
    if missing:
        body, wanted = network(kinds[0], device), [kinds[place] for place in missing]
        rows = np.arange(len(samples))
        fill([tables[place] for place in missing], lambda batch: _compute(body, samples, batch, wanted, device), rows)
    return tables


@lru_cache(maxsize=16)
def _digest(weights: Path) -> str:
    return digest(weights)


@lru_cache(maxsize=16)
def _length(weights: Path) -> int:
    from engine.backbones.outside import length_in

    return length_in(weights)


@lru_cache(maxsize=16)
def _size(weights: Path) -> int:
    from engine.backbones.outside import weights_in

    return weights_in(weights)


_loading = Lock()


def network(kind: FeatureKind, device: str) -> nn.Module:
    """Return the network on ``device``, loaded if it was not.

    Raises:
        WeightsError: its weights are absent or damaged.
    """
    with _loading, alone_on(device):  # threads that ask at once would all load it
        return _loaded(kind.backbone, kind.weights, device)


@lru_cache(maxsize=_NETWORKS)
def _loaded(backbone: str, weights: Path | None, device: str) -> nn.Module:
    return load_backbone(backbone, weights).to(memory_format=torch.channels_last).to(device)


def _compute(
    body: nn.Module,
    samples: ImageSamples,
    rows: IntArray,
    kinds: Sequence[FeatureKind],
    device: str,
    stop: Stop = never,
) -> list[Float32Array]:
    """Return features [m, length] under each kind, as :meth:`FeatureKind.compute`; kinds differ in what is seen."""
    side, least = kinds[0].resolution, kinds[0].least
    planes = np.zeros((len(kinds), len(rows), 3, side, side), dtype=np.float32)
    readable: list[int] = []
    for place, row in enumerate(rows):
        if place and stop():
            rows = rows[:place]
            break
        picture = samples.picture_or_none(int(row), least)
        if picture is not None:
            for view, kind in zip(planes, kinds, strict=True):
                view[len(readable)] = resize(middle_of(picture) if kind.middle else picture, side)
            readable.append(place)
    found = []
    for view, kind in zip(planes[:, : len(readable)], kinds, strict=True):
        features = np.full((len(rows), kind.length), np.nan, dtype=np.float32)
        if readable:
            with fast(device, _HALVED if kind.half else frozenset()):
                features[readable] = _forward(body, (view - MIDDLE) / SPREAD, device)
        found.append(features)
    return found


def _forward(network: nn.Module, planes: Float32Array, device: str) -> Float32Array:
    """Return the network's features; halve the batch as often as the device's memory asks for it."""
    try:
        with alone_on(device), torch.inference_mode():
            return _at_once(network, planes, device)
    except (MemoryError, RuntimeError) as error:
        half = len(planes) // 2
        if not half or not short_of_memory(error):
            raise
        _log.warning(
            "The memory of %s is too small for %d pictures at once; going on with %d.", device, len(planes), half
        )
    return np.concatenate([_forward(network, part, device) for part in (planes[:half], planes[half:])])


def _at_once(network: nn.Module, planes: Float32Array, device: str) -> Float32Array:
    batch = sent(torch.from_numpy(planes), device)
    computed: Float32Array = network(batch.contiguous(memory_format=torch.channels_last)).float().cpu().numpy()
    return computed
