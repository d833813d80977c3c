"""Vary the levels of sounds to learn from: where and how fast they are heard, how loud, and what of them is hidden.

Hiding stretches of time and of bands is SpecAugment, Park et al. 2019 (arXiv 1904.08779).
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array

_FASTER = 0.1  # by how much a sound may be faster or slower
_LOUDER, _TILT = 0.5, 0.5  # in tens of decibels; the tilt is that of the highest band against the middle
_STRIPES = 2
_HIDDEN_TIME, _HIDDEN_BANDS = 0.1, 0.1  # the largest share that a stripe hides


def vary(level: Float32Array, frames: int, random: np.random.Generator) -> Float32Array:
    """Return ``frames`` frames of a sound's levels [T, bands], from a random place, varied."""
    seen = excerpt(paced(level, 1.0 + random.uniform(-_FASTER, _FASTER)), frames, random)
    slope = np.linspace(-1.0, 1.0, seen.shape[1]) * random.uniform(-_TILT, _TILT)
    seen += (slope + random.uniform(-_LOUDER, _LOUDER)).astype(np.float32)
    hidden = seen.mean()
    for _ in range(_STRIPES):
        for axis, most in enumerate((_HIDDEN_TIME, _HIDDEN_BANDS)):
            size = seen.shape[axis]
            width = random.integers(int(most * size) + 1)
            first = random.integers(size - width + 1)
            np.moveaxis(seen, axis, 0)[first : first + width] = hidden
    return seen


def paced(level: Float32Array, faster: float) -> Float32Array:
    """Return levels [T, bands] heard ``faster`` times as fast at the same pitch, by interpolation, [T', bands]."""
    times = np.arange(0.0, len(level) - 1 + 1e-6, faster)
    before = times.astype(np.int64)
    share = (times - before)[:, None].astype(np.float32)
    after = np.minimum(before + 1, len(level) - 1)
    heard: Float32Array = level[before] * (1.0 - share) + level[after] * share
    return heard


def excerpt(level: Float32Array, frames: int, random: np.random.Generator) -> Float32Array:
    """Return a copy of ``frames`` frames from a random place; a shorter sound lies at a random place in silence."""
    spare = frames - len(level)
    if spare <= 0:
        first = int(random.integers(-spare + 1))
        return level[first : first + frames].copy()
    before = int(random.integers(spare + 1))
    return np.pad(level, ((before, spare - before), (0, 0)), constant_values=level.min())
