"""Features of pictures under a frozen pretrained network, computed in slices and kept on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from engine.arrays import Float32Array, IntArray
from engine.backbones import load_backbone
from engine.backbones.weights import manifest
from engine.modalities.image.cache import open_cache
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples, overlapped

LENGTH = 1280
MIDDLE, SPREAD = np.float32(127.0), np.float32(128.0)

_VERSION = 1  # counts changes of the arithmetic before the network: features of another version are not comparable
_PIXELS_A_BATCH = {"cpu": 16 * 224 * 224, "cuda": 128 * 224 * 224}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """Which features: the network, the side in pixels it sees, and whether it sees the mirrored picture."""

    backbone: str
    resolution: int
    mirrored: bool = False

    @property
    def name(self) -> str:
        """The name under which such features are kept; it changes with the weights and with the arithmetic."""
        view = "mirrored" if self.mirrored else "plain"
        return f"{self.backbone}-{manifest()[self.backbone].sha256[:8]}-{self.resolution}-{view}-v{_VERSION}"


class FeatureTable:
    """The features [n, 1280] of all samples under one kind, filled bit by bit.

    ``features`` has NaN rows where nothing is known yet (``done`` False) or a picture cannot be read (``done`` True).
    """

    def __init__(self, samples: ImageSamples, kind: FeatureKind, device: str, threads: int) -> None:
        self.samples, self.kind, self.device, self.threads = samples, kind, device, threads
        self.features = np.full((len(samples), LENGTH), np.nan, dtype=np.float32)
        self.done = np.zeros(len(samples), dtype=np.bool_)
        self._cache = None if samples.cache is None else open_cache(samples.cache, kind.name, LENGTH)
        if kind.name in samples.known:
            self.features, self.done = samples.known[kind.name].copy(), ~self.done
        elif self._cache is not None:
            self.features, self.done = self._cache.get(samples.content)

    def advance(self, rows: IntArray, stop: Callable[[], bool] = lambda: False) -> bool:
        """Compute what is missing of ``rows``, in their order, until ``stop``; return whether none is missing."""
        missing = rows[~self.done[rows]]
        if not len(missing):
            return True
        network = _network(self.kind.backbone, self.device)
        size = max(1, _PIXELS_A_BATCH[torch.device(self.device).type] // self.kind.resolution**2)
        batches = np.split(missing, range(size, len(missing), size))

        def compute(batch: IntArray) -> Float32Array:
            return _compute(network, self.samples, batch, self.kind, self.device)

        for batch, features in overlapped(compute, batches, self.threads, stop, _one_thread):
            self._take(batch, features)
        if self.done.all():
            self.samples.known[self.kind.name] = self.features
        return bool(self.done[rows].all())

    def _take(self, batch: IntArray, features: Float32Array) -> None:
        self.features[batch] = features
        self.done[batch] = True
        readable = np.isfinite(features[:, 0])
        if self._cache is not None and readable.any():
            self._cache.add([self.samples.content[row] for row in batch[readable]], features[readable])


def mean_features(tables: list[FeatureTable], rows: IntArray) -> Float32Array:
    """Return the mean over tables of the features [len(rows), 1280] of rows that are done in all of them."""
    total = tables[0].features[rows].copy()
    for table in tables[1:]:
        total += table.features[rows]
    return total / np.float32(len(tables))


def _one_thread() -> None:
    """Let each of our threads compute alone: two pictures side by side cost less than one split in two."""
    torch.set_num_threads(1)


@lru_cache(maxsize=2)
def _network(backbone: str, device: str) -> nn.Module:
    return load_backbone(backbone).to(memory_format=torch.channels_last).to(device)


def _compute(network: nn.Module, samples: ImageSamples, rows: IntArray, kind: FeatureKind, device: str) -> Float32Array:
    """Return features [len(rows), 1280], NaN where a picture cannot be read."""
    planes = np.zeros((len(rows), 3, kind.resolution, kind.resolution), dtype=np.float32)
    features = np.full((len(rows), LENGTH), np.nan, dtype=np.float32)
    readable: list[int] = []
    for place, row in enumerate(rows):
        picture = samples.picture_or_none(int(row))
        if picture is not None:
            planes[len(readable)] = resize(picture, kind.resolution)
            readable.append(place)
    if readable:
        planes = (planes[: len(readable)] - MIDDLE) / SPREAD
        features[readable] = _forward(network, planes[..., ::-1].copy() if kind.mirrored else planes, device)
    return features


def _forward(network: nn.Module, planes: Float32Array, device: str) -> Float32Array:
    """Return the network's features; halve the batch as often as the device's memory asks for it."""
    try:
        with torch.inference_mode():
            batch = torch.from_numpy(planes)
            if device != "cpu":
                batch = batch.pin_memory().to(device, non_blocking=True)
            computed: Float32Array = network(batch.contiguous(memory_format=torch.channels_last)).cpu().numpy()
            return computed
    except torch.OutOfMemoryError:
        half = len(planes) // 2
        if not half:
            raise
        _log.warning(
            "The memory of %s is too small for %d pictures at once; going on with %d.", device, len(planes), half
        )
    return np.concatenate([_forward(network, part, device) for part in (planes[:half], planes[half:])])
