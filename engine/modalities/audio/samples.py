"""Sounds to learn from or to be asked about: references to files, decoded when wanted. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.modalities.audio.decode import decode, to_mono_16k
from engine.modalities.files import FileSamples, asked, unless_broken
from engine.task import Task


class AudioSamples(FileSamples[Float32Array]):
    """An ordered set of sounds."""

    @classmethod
    def from_arrays(cls, arrays: Sequence[tuple[Float32Array, int]]) -> Self:
        """Return sounds that are decoded already: float32 [n] or [n, channels], each with its samples a second."""
        return cls.from_decoded([to_mono_16k(iter([wave]), rate) for wave, rate in arrays])

    def wave(self, row: int) -> Float32Array:
        """Return one sound, float32 [n] at 16 kHz, within -1 and 1.

        Raises:
            DataError: the file cannot be read as a sound.
        """
        return self.opened(row, decode)

    def wave_or_none(self, row: int) -> Float32Array | None:
        """Return one sound, or None where the file cannot be read as one."""
        return unless_broken(lambda: self.wave(row))

    def described(self, rows: IntArray, length: int, describe: Callable[[Float32Array], Float32Array]) -> Float32Array:
        """Return what ``describe`` makes of each sound, [len(rows), length], NaN where one cannot be read."""
        features = np.full((len(rows), length), np.nan, dtype=np.float32)
        for place, row in enumerate(rows):
            wave = self.wave_or_none(int(row))
            if wave is not None:
                features[place] = describe(wave)
        return features


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> AudioSamples:
    """Return the sounds of a dataset."""
    return AudioSamples(dataset.references, dataset.content, cache)


def ask_samples(items: Sequence[Any], task: Task) -> tuple[AudioSamples, dict[int, str]]:
    """Return the sounds at these paths, decoded, and what is wrong with those that are none, by their place."""
    waves, problems = asked(items, decode)
    return AudioSamples.from_decoded(waves), problems
