"""Pictures to learn from or to be asked about: references to files, decoded when wanted. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from typing_extensions import override

from engine.arrays import ByteArray, Float32Array, IntArray
from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities.image.decode import decode
from engine.samples import Samples
from engine.task import Task


class ImageSamples(Samples):
    """An ordered set of pictures. ``content`` holds the hashes of the files' bytes, None where unknown.

    ``cache`` is the folder where features computed from the pictures are kept, None for nowhere; ``known`` holds those
    that were computed for all of them, float32 [n, d], by feature kind.
    """

    def __init__(
        self,
        references: Sequence[str],
        content: Sequence[str | None],
        cache: Path | None = None,
        pictures: Sequence[ByteArray] | None = None,
    ) -> None:
        self.references = tuple(references)
        self.content = tuple(content)
        self.cache = cache
        self.known: dict[str, Float32Array] = {}
        self._pictures = None if pictures is None else tuple(pictures)

    @classmethod
    def from_paths(cls, paths: Sequence[str | Path], cache: Path | None = None) -> Self:
        """Return the pictures in these files; their content is not hashed."""
        return cls([str(path) for path in paths], [None] * len(paths), cache)

    @classmethod
    def from_arrays(cls, arrays: Sequence[ByteArray]) -> Self:
        """Return pictures that are decoded already, each uint8 [h, w, 3]."""
        return cls([f"picture {row}" for row in range(len(arrays))], [None] * len(arrays), None, arrays)

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
            None if self._pictures is None else [self._pictures[row] for row in wanted],
        )
        taken.known = {kind: features[wanted] for kind, features in self.known.items()}
        return taken

    def picture(self, row: int, least: int = 0) -> ByteArray:
        """Return one picture, uint8 RGB [h, w, 3]; ``least`` as for :func:`engine.modalities.image.decode.decode`.

        Raises:
            DataError: the file cannot be read as a picture.
        """
        return decode(self.references[row], least) if self._pictures is None else self._pictures[row]

    def picture_or_none(self, row: int, least: int = 0) -> ByteArray | None:
        """Return one picture, or None where the file cannot be read as one."""
        try:
            return self.picture(row, least)
        except DataError:
            return None


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> ImageSamples:
    """Return the pictures of a dataset."""
    return ImageSamples(dataset.references, dataset.content, cache)


def ask_samples(items: Sequence[Any], task: Task) -> tuple[ImageSamples, dict[int, str]]:
    """Return the pictures at these paths, decoded, and what is wrong with those that are none, by their place."""
    pictures, problems = [], {}
    for place, item in enumerate(items):
        try:
            pictures.append(decode(str(item)))
        except DataError as error:
            problems[place] = str(error)
    return ImageSamples.from_arrays(pictures), problems
