"""A whole sound in little memory: how loud it is and which pitches it has, a value for each of many short stretches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeling.sounds.recording import Recording, Samples
from labeling.sounds.spectrum import ROWS, Levels, columns, pooled, window_of

BLOCK = 512  # frames for which one highest and one lowest value are kept
COARSE = 32 * BLOCK  # frames for which one column of pitches is kept
PORTION = 32 * COARSE

Extent = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass
class Overview:
    """What is kept of a sound; ``done`` frames of it were looked at."""

    frames: int
    rate: int
    done: int = 0

    def __post_init__(self) -> None:
        blocks = -(-self.frames // BLOCK)
        self._low = np.zeros(blocks, np.float32)
        self._high = np.zeros(blocks, np.float32)
        self._levels = np.zeros((ROWS, max(1, -(-self.frames // COARSE))), np.uint8)

    @property
    def loudest(self) -> float:
        """The largest distance from silence so far, 1 is full scale."""
        return float(max(self._high.max(initial=0.0), -self._low.min(initial=0.0)))

    def look_at(self, recording: Recording) -> bool:
        """Look at the next portion; return whether any is left.

        Raises:
            MediaRefused: the file is damaged, or gone.
        """
        if self.done < self.frames:
            half = window_of(self.rate) // 2
            count = min(PORTION, self.frames - self.done)
            padded = -(-count // COARSE) * COARSE
            samples = recording.read(self.done - half, padded + 2 * half)
            self._keep(samples[half : half + count])
            at = self.done // COARSE
            levels = columns(samples, COARSE, self.rate)
            self._levels[:, at : at + levels.shape[1]] = levels
            self.done += count
        return self.done < self.frames

    def extent(self, start: float, end: float, width: int) -> Extent:
        """Return the lowest and highest value of each of ``width`` equal stretches between two frames."""
        edges = np.linspace(start, end, width + 1) / BLOCK
        first = np.clip(edges[:-1].astype(np.int64), 0, len(self._low) - 1)
        return np.minimum.reduceat(self._low, first), np.maximum.reduceat(self._high, first)

    def levels(self, start: int, hop: int, count: int) -> Levels:
        """Return columns of ``hop`` frames from a frame on, as :func:`labeling.sounds.spectrum.columns` does."""
        edges = np.clip((start + hop * np.arange(count + 1)) // COARSE, 0, self._levels.shape[1] - 1)
        part = self._levels[:, edges[0] : edges[-1] + 1]
        return pooled(part, edges[:-1] - edges[0])

    def _keep(self, samples: Samples) -> None:
        at, count = self.done // BLOCK, -(-len(samples) // BLOCK)
        starts = np.arange(0, len(samples), BLOCK)
        self._low[at : at + count] = np.minimum.reduceat(samples, starts)
        self._high[at : at + count] = np.maximum.reduceat(samples, starts)


def extent_of(samples: Samples, width: int) -> Extent:
    """Return the lowest and highest value of each of ``width`` equal stretches of samples; see what single ones are."""
    if not len(samples):
        return np.zeros(width, np.float32), np.zeros(width, np.float32)
    first = np.minimum((np.arange(width) * len(samples)) // width, len(samples) - 1)
    return np.minimum.reduceat(samples, first), np.maximum.reduceat(samples, first)
