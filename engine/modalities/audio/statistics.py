"""What a sound is like as a whole: how its log-mel bands are distributed, change and follow each other. No torch here.

Measured by cross-validation with the kernel ridge (accuracy, mean of 3 foldings): 320 environmental sounds of ten
classes, grouped by recording, 0.853, and 0.803 with means and deviations alone; 900 spoken digits 0.990, and 0.983.
Taking each sound's mean level away made both worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Float32Array, IntArray
from engine.features.table import Stop, never
from engine.modalities.audio.logmel import MelScale, log_mel
from engine.modalities.audio.samples import AudioSamples

SCALE = MelScale(floor=1e-6)
PERCENTILES = (5, 25, 50, 75, 95)
SEGMENTS = 4
LENGTH = SCALE.bands * (4 + len(PERCENTILES) + SEGMENTS) + 1

_VERSION = 1  # counts changes of the arithmetic: features of another version are not comparable


def statistics(wave: Float32Array) -> Float32Array:
    """Return float32 [833] for a sound [n] at 16 kHz.

    With ``L`` [t, 64] of :func:`engine.modalities.audio.logmel.log_mel` and ``D[i] = L[i + 1] - L[i]`` (one row of
    zeros where there is but one frame), all over time::

        mean L, deviation L, percentiles L (5, 25, 50, 75, 95), mean |D|, deviation D,
        mean of L over frames floor(s t / 4) to max(floor((s + 1) t / 4), floor(s t / 4) + 1) for s of 0, 1, 2, 3,
        log t
    """
    frames = log_mel(wave, SCALE)
    steps = np.diff(frames, axis=0) if len(frames) > 1 else np.zeros_like(frames)
    parts = [
        frames.mean(axis=0),
        frames.std(axis=0),
        *np.percentile(frames, PERCENTILES, axis=0),
        np.abs(steps).mean(axis=0),
        steps.std(axis=0),
        *(_segment(frames, place).mean(axis=0) for place in range(SEGMENTS)),
        np.log([len(frames)]),
    ]
    return np.concatenate(parts).astype(np.float32)


@dataclass(frozen=True, slots=True)
class StatisticsKind:
    """These features, for a table of features."""

    @property
    def name(self) -> str:
        """The name under which such features are kept."""
        return f"sound-statistics-{SCALE.name}-v{_VERSION}"

    @property
    def length(self) -> int:
        """How many numbers describe a sound."""
        return LENGTH

    def batch(self, device: str) -> int:
        """Return how many sounds are described before the time is looked at: one, as it may be long."""
        return 1

    def compute(self, samples: AudioSamples, rows: IntArray, device: str, stop: Stop = never) -> Float32Array:
        """Return features [len(rows), 833], NaN where a sound cannot be read."""
        return samples.described(rows, LENGTH, statistics)


STATISTICS = StatisticsKind()


def _segment(frames: Float32Array, place: int) -> Float32Array:
    first, last = place * len(frames) // SEGMENTS, (place + 1) * len(frames) // SEGMENTS
    return frames[first : max(last, first + 1)]
