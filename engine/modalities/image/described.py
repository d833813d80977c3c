"""What pictures look like to a frozen network, cheaply: for whoever wants to know which of them are alike."""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array
from engine.features.table import FeatureTable
from engine.modalities.image.features import to_learn_from
from engine.modalities.image.members.features import ROOT
from engine.modalities.image.samples import ImageSamples

LOOKS = 2
_BACKBONE, _RESOLUTIONS = "efficientnet_lite0", (128, 224)  # of photos the second is worth three times the time


def described(samples: ImageSamples, device: str, threads: int, look: int) -> Float32Array:
    """Return float32 [n, 1280], NaN where a picture cannot be read; training finds the features again."""
    kind = to_learn_from(_BACKBONE, _RESOLUTIONS[look], middle=False, weights=None, device=device)
    table = FeatureTable(samples, kind, device, threads)
    table.advance(np.arange(len(samples)))
    return np.sqrt(np.maximum(table.features, 0.0) + np.float32(ROOT))
