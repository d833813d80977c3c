"""Which pitches are in a sound and when: one column a moment, one row a band of the mel scale.

The mel scale is that of O'Shaughnessy (1987), 2595 log10(1 + f / 700): low pitches get as much room as the ear gives
them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from labeling.sounds.recording import Samples

Levels = NDArray[np.uint8]
"""Loudness, two steps a decibel: 255 is that of a sine of full scale, 0 is 127.5 dB less."""

ROWS = 128
LOWEST_HZ = 30.0
STEPS_PER_DB = 2.0
WINDOW_S = 0.046
MOST_WINDOWS = 4  # a column, when it is longer than one


def window_of(rate: int) -> int:
    """Return how many frames are transformed at once: the power of two nearest to 46 ms."""
    return int(2 ** max(6, round(np.log2(WINDOW_S * rate))))


def hertz_of(row: float, rate: int) -> float:
    """Return the frequency at a row's lower edge; row 0 is the lowest."""
    low, high = _mel(LOWEST_HZ), _mel(max(rate / 2, 2 * LOWEST_HZ))
    return float(700 * (10 ** ((low + (high - low) * row / ROWS) / 2595) - 1))


def row_of(hertz: float, rate: int) -> float:
    """Return the row of a frequency, the other way round of :func:`hertz_of`."""
    low, high = _mel(LOWEST_HZ), _mel(max(rate / 2, 2 * LOWEST_HZ))
    return float((_mel(max(hertz, 0.0)) - low) / (high - low) * ROWS)


def columns(samples: Samples, hop: int, rate: int) -> Levels:
    """Return the levels of consecutive stretches of ``hop`` frames, shape (ROWS, columns), the highest pitch on top.

    Args:
        samples: the stretches with half a window of what comes before and after them, ``2 * (window // 2)`` more.
        hop: frames a column.
        rate: frames a second.
    """
    window = window_of(rate)
    count = (len(samples) - 2 * (window // 2)) // hop
    if count <= 0:
        return np.zeros((ROWS, 0), np.uint8)
    looks = min(MOST_WINDOWS, max(1, round(hop / window)))
    middles = (np.arange(count * looks) + 0.5) * hop / looks
    starts = np.minimum(middles.astype(np.int64), len(samples) - window)
    shape, shift = _hann(window)
    power = np.empty((count * looks, window // 2 + 1), np.float32)
    for at in range(0, len(starts), 256):
        frames = samples[starts[at : at + 256, None] + np.arange(window)]
        power[at : at + 256] = np.abs(np.fft.rfft(frames * shape, axis=1)) * shift
    loudest = power.reshape(count, looks, -1).max(axis=1)
    bands = np.maximum.reduceat(loudest, _edges(rate, window), axis=1)[:, :ROWS]
    decibels = 20 * np.log10(np.maximum(bands, 1e-8))
    levels = np.clip(255 + STEPS_PER_DB * decibels, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(levels.T[::-1])


def pooled(levels: Levels, edges: NDArray[np.int64]) -> Levels:
    """Return the loudest of each stretch of columns that begins at one of the ``edges``."""
    return np.ascontiguousarray(np.maximum.reduceat(levels, edges, axis=1))


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


@lru_cache(maxsize=8)
def _hann(window: int) -> tuple[Samples, np.float32]:
    shape = np.hanning(window + 1)[:-1].astype(np.float32)
    return shape, np.float32(2 / shape.sum())


@lru_cache(maxsize=8)
def _edges(rate: int, window: int) -> NDArray[np.int64]:
    """Return the first bin of each row; rows narrower than a bin share one."""
    hertz = np.array([hertz_of(row, rate) for row in range(ROWS)])
    return np.minimum((hertz * window / rate + 0.5).astype(np.int64), window // 2)
