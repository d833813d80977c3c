"""Sounds to learn from or to be asked about: references to files, decoded when wanted. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.modalities.audio.decode import decode, to_mono_16k
from engine.modalities.files import FileSamples, asked, unless_broken
from engine.modalities.remembered import Remembered
from engine.task import Task

_REMEMBERED_BYTES = 200_000_000  # of a set of sounds; 16 that are longer than 200 seconds


class AudioSamples(FileSamples[Float32Array]):
    """An ordered set of sounds. What was decoded is kept as long as there is room: each kind of features wants it anew.

    To read half an hour of MP3, Ogg or Opus takes seconds, as these are decoded from their beginning.
    """

    def __init__(
        self,
        references: Sequence[str],
        content: Sequence[str | None],
        cache: Path | None = None,
        decoded: Sequence[Float32Array] | None = None,
    ) -> None:
        super().__init__(references, content, cache, decoded)
        self._files: Remembered[str, Float32Array] = Remembered(decode, _bytes_of, _REMEMBERED_BYTES)

    @override
    def take(self, rows: IntArray) -> Self:
        taken = super().take(rows)
        taken._files = self._files
        return taken

    @classmethod
    def from_arrays(cls, arrays: Sequence[tuple[Float32Array, int]]) -> Self:
        """Return sounds that are decoded already: float32 [n] or [n, channels], each with its samples a second."""
        return cls.from_decoded([to_mono_16k(iter([wave]), rate) for wave, rate in arrays])

    def wave(self, row: int) -> Float32Array:
        """Return one sound, float32 [n] at 16 kHz, within -1 and 1.

        Raises:
            DataError: the file cannot be read as a sound.
        """
        return self.opened(row, self._files.get)

    @override
    def forget(self) -> None:
        """Let go of what was decoded, too, and keep no more of it. It is decoded anew when wanted."""
        super().forget()
        self._files.forget()

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


def _bytes_of(wave: Float32Array) -> int:
    return wave.nbytes


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> AudioSamples:
    """Return the sounds of a dataset."""
    return AudioSamples(dataset.references, dataset.content, cache)


def ask_samples(items: Sequence[Any], task: Task) -> tuple[AudioSamples, dict[int, str]]:
    """Return the sounds at these paths, decoded, and what is wrong with those that are none, by their place."""
    waves, problems = asked(items, decode)
    return AudioSamples.from_decoded(waves), problems
