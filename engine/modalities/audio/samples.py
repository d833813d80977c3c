"""Sounds to learn from or to be asked about: references to files, decoded when wanted. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities.audio.decode import decode, to_mono_16k
from engine.modalities.audio.resample import RATE
from engine.samples import Samples
from engine.task import Task


class AudioSamples(Samples):
    """An ordered set of sounds. ``content`` holds the hashes of the files' bytes, None where unknown.

    ``cache`` is the folder where features computed from the sounds are kept, None for nowhere; ``known`` holds those
    that were computed for all of them, float32 [n, d], by feature kind.
    """

    def __init__(
        self,
        references: Sequence[str],
        content: Sequence[str | None],
        cache: Path | None = None,
        waves: Sequence[Float32Array] | None = None,
    ) -> None:
        self.references = tuple(references)
        self.content = tuple(content)
        self.cache = cache
        self.known: dict[str, Float32Array] = {}
        self._waves = None if waves is None else tuple(waves)

    @classmethod
    def from_paths(cls, paths: Sequence[str | Path], cache: Path | None = None) -> Self:
        """Return the sounds in these files; their content is not hashed."""
        return cls([str(path) for path in paths], [None] * len(paths), cache)

    @classmethod
    def from_arrays(cls, arrays: Sequence[tuple[Float32Array, int]]) -> Self:
        """Return sounds that are decoded already: float32 [n] or [n, channels], each with its samples a second."""
        waves = [to_mono_16k(iter([wave]), rate) for wave, rate in arrays]
        return cls([f"sound {row}" for row in range(len(waves))], [None] * len(waves), None, waves)

    @override
    def __len__(self) -> int:
        return len(self.references)

    @override
    def take(self, rows: IntArray) -> Self:
        wanted = [int(row) for row in rows]
        taken = type(self)(
            [self.references[row] for row in wanted],
            [self.content[row] for row in wanted],
            self.cache,
            None if self._waves is None else [self._waves[row] for row in wanted],
        )
        taken.known = {kind: features[wanted] for kind, features in self.known.items()}
        return taken

    def wave(self, row: int) -> Float32Array:
        """Return one sound, float32 [n] at 16 kHz, within -1 and 1.

        Raises:
            DataError: the file cannot be read as a sound.
        """
        return decode(self.references[row]) if self._waves is None else self._waves[row]

    def wave_or_none(self, row: int) -> Float32Array | None:
        """Return one sound, or None where the file cannot be read as one."""
        try:
            return self.wave(row)
        except DataError:
            return None


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> AudioSamples:
    """Return the sounds of a dataset."""
    return AudioSamples(dataset.references, dataset.content, cache)


def ask_samples(items: Sequence[Any], task: Task) -> tuple[AudioSamples, dict[int, str]]:
    """Return the sounds at these paths, decoded, and what is wrong with those that are none, by their place."""
    waves, problems = [], {}
    for place, item in enumerate(items):
        try:
            waves.append(decode(str(item)))
        except DataError as error:
            problems[place] = str(error)
    return AudioSamples.from_arrays([(wave, RATE) for wave in waves]), problems
