"""Pictures to learn from or to be asked about: references to files, decoded when wanted. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

from typing_extensions import override

from engine.arrays import ByteArray, IntArray
from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities.image.decode import decode
from engine.samples import Samples
from engine.task import Task

T = TypeVar("T")


class ImageSamples(Samples):
    """An ordered set of pictures. ``content`` holds the hashes of the files' bytes, None where unknown.

    ``cache`` is the folder where features computed from the pictures are kept, None for nowhere.
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
        return type(self)(
            [self.references[row] for row in wanted],
            [self.content[row] for row in wanted],
            self.cache,
            None if self._pictures is None else [self._pictures[row] for row in wanted],
        )

    def picture(self, row: int) -> ByteArray:
        """Return one picture, uint8 RGB [h, w, 3].

        Raises:
            DataError: the file cannot be read as a picture.
        """
        return decode(self.references[row]) if self._pictures is None else self._pictures[row]

    def picture_or_none(self, row: int) -> ByteArray | None:
        """Return one picture, or None where the file cannot be read as one."""
        try:
            return self.picture(row)
        except DataError:
            return None


def overlapped(work: Callable[[int], T], rows: Sequence[int], threads: int) -> Generator[tuple[int, T], None, None]:
    """Yield ``(row, work(row))`` in order, at most ``2 * threads`` ahead of whoever takes them, in worker threads.

    Closing the iterator drops what has not begun. Bounded, so that the pictures never all lie in memory.
    """
    waiting = iter(rows)
    with ThreadPoolExecutor(threads) as pool:
        ahead = [(row, pool.submit(work, row)) for row in islice(waiting, 2 * threads)]
        try:
            while ahead:
                row, future = ahead.pop(0)
                result = future.result()
                ahead.extend((row, pool.submit(work, row)) for row in islice(waiting, 1))
                yield row, result
        finally:
            for _, future in ahead:
                future.cancel()


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
