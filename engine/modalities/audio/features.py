"""Features of sounds that a frozen network makes: one network for all who ask, its name and its length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from torch import nn

from engine.arrays import Float32Array, IntArray
from engine.backbones.weights import manifest, verified
from engine.features.table import Stop, never
from engine.features.turns import alone_on
from engine.modalities.audio.samples import AudioSamples

N = TypeVar("N", bound=nn.Module)


@dataclass(frozen=True)
class NetworkKind(Generic[N]):
    """What ``describe(network, wave, device)``, float32 [length], makes of a sound, for a table of features.

    ``network`` is what ``load`` makes of the weights of ``backbone``; ``version`` names the arithmetic around it.
    """

    backbone: str
    version: str
    length: int
    load: Callable[[Path], N]
    describe: Callable[[N, Float32Array, str], Float32Array]

    @property
    def name(self) -> str:
        """The name under which such features are kept; it changes with the weights and with the arithmetic."""
        return f"{self.backbone}-{manifest()[self.backbone].sha256[:8]}-{self.version}"

    def batch(self, device: str) -> int:
        """Return how many sounds are described before the time is looked at: one, as it may be long."""
        return 1

    def compute(self, samples: AudioSamples, rows: IntArray, device: str, stop: Stop = never) -> Float32Array:
        """Return features [len(rows), length], NaN where a sound cannot be read; one sound does not stop midway."""
        with _loading, alone_on(device):  # threads that ask at once would all load it
            network = _loaded(self, device)
        return samples.described(rows, self.length, lambda wave: self.describe(network, wave, device))


_loading = Lock()


@lru_cache(maxsize=8)
def _loaded(kind: NetworkKind[N], device: str) -> N:
    return kind.load(verified(kind.backbone)).to(device)
