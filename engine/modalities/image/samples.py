"""Pictures to learn from or to be asked about: references to files, decoded when wanted. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from engine.arrays import ByteArray
from engine.dataset import Dataset
from engine.modalities.files import FileSamples, asked, unless_broken
from engine.modalities.image.decode import decode
from engine.task import Task


class ImageSamples(FileSamples[ByteArray]):
    """An ordered set of pictures."""

    @classmethod
    def from_arrays(cls, arrays: Sequence[ByteArray]) -> Self:
        """Return pictures that are decoded already, each uint8 [h, w, 3]."""
        return cls.from_decoded(arrays)

    def picture(self, row: int, least: int = 0) -> ByteArray:
        """Return one picture, uint8 RGB [h, w, 3]; ``least`` as for :func:`engine.modalities.image.decode.decode`.

        Raises:
            DataError: the file cannot be read as a picture.
        """
        return self.opened(row, lambda path: decode(path, least))

    def picture_or_none(self, row: int, least: int = 0) -> ByteArray | None:
        """Return one picture, or None where the file cannot be read as one."""
        return unless_broken(lambda: self.picture(row, least))


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> ImageSamples:
    """Return the pictures of a dataset."""
    return ImageSamples(dataset.references, dataset.content, cache)


def ask_samples(items: Sequence[Any], task: Task) -> tuple[ImageSamples, dict[int, str]]:
    """Return the pictures at these paths, decoded, and what is wrong with those that are none, by their place."""
    pictures, problems = asked(items, decode)
    return ImageSamples.from_decoded(pictures), problems
