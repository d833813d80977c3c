"""What a frozen network reads in the beginning and the end of texts: to know which of them are alike."""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array
from engine.modalities.text.features import Looks
from engine.modalities.text.samples import TextSamples

LOOKS = 1


def described(samples: TextSamples, device: str, threads: int, look: int) -> Float32Array:
    """Return float32 [n, 2688]; training finds the features again."""
    looks, rows = Looks(samples, device, threads), np.arange(len(samples))
    looks.advance(rows, 1)
    return looks.features(rows, 1)
