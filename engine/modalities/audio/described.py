"""What frozen networks hear in sounds: for whoever wants to know which of them are alike.

Both networks, since events alone tell little of speech, and speech less of events (:mod:`.portfolio` has figures).
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array
from engine.backbones.weights import installed
from engine.features.table import FeatureTable
from engine.modalities.audio.kinds import EVENTS, SPEECH, kinds
from engine.modalities.audio.samples import AudioSamples

LOOKS = 1


def described(samples: AudioSamples, device: str, threads: int, look: int) -> Float32Array:
    """Return float32 [n, d], NaN where a sound cannot be read; training finds the features again."""
    heard = [name for name in (EVENTS, SPEECH) if installed(name)]
    tables = [FeatureTable(samples, kind, device, threads) for kind in kinds(heard)]
    for table in tables:
        table.advance(np.arange(len(samples)))
    return np.hstack([table.features for table in tables])
