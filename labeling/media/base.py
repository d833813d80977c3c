"""The contract of a medium, and what all media share: a file's bytes, their hash, and work on many files."""

from __future__ import annotations

import hashlib
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from typing import TypeVar

from engine.task import Modality
from labeling.errors import MediaRefused

T = TypeVar("T")
R = TypeVar("R")

MAX_BYTES = 500_000_000
NO_TONES = b""  # there are no near-copies to be found by looks
CHUNK = 64
THREADS = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one file.

    Attributes:
        content: XXH3-128 of the bytes, hexadecimal.
        look: 64-bit difference hash of a picture as a signed integer; None where it was not taken or says nothing.
        tones: the 9 x 8 grey levels it was taken from, a byte each; empty where that says nothing, None where a
            picture was not looked at.
    """

    content: str
    look: int | None = None
    tones: bytes | None = None


class Medium(ABC):
    """One kind of file that a sample can be.

    Attributes:
        modality: what the engine calls it.
        thing: what a person calls one such file.
        suffixes: the endings of its files, in lower case.
        folders: where lists of such files often keep them.
        endings: some endings, as a sentence names them.
        max_bytes: larger files are refused.
    """

    modality: Modality
    thing: str
    suffixes: tuple[str, ...]
    folders: tuple[str, ...]
    endings: str
    max_bytes: int = MAX_BYTES

    def examine(self, path: Path, with_look: bool = True) -> Seen:
        """Return what is seen of the file at ``path``; ``with_look`` asks for what finds near-copies, if anything does.

        Raises:
            MediaRefused: it cannot be used, with the reason.
        """
        with opened(path, self.max_bytes) as file:
            self.check(file)
            return Seen(content_of(file), None, NO_TONES)

    @abstractmethod
    def check(self, file: BufferedIOBase) -> None:
        """Look at an open file, from its beginning.

        Raises:
            MediaRefused: they are nothing of this kind.
        """

    def owns(self, name: str) -> bool:
        """Return whether a file of this name is one, by its ending."""
        return name.lower().endswith(self.suffixes)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        MediaRefused: it is empty, too big or cannot be read.
    """
    with opened(path, MAX_BYTES) as file:
        return file.read()


@contextmanager
def opened(path: Path, most: int) -> Iterator[BufferedIOBase]:
    """Open a file of ``most`` bytes at most, which need not be read into memory as a whole.

    Raises:
        MediaRefused: it is empty, too big or cannot be read, now or within the ``with`` statement.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise MediaRefused(f"The file has {size >> 20:,} MB; the limit is {most >> 20:,} MB.")
            if not size:
                raise MediaRefused("The file is empty.")
            yield file
    except OSError as error:
        raise MediaRefused(f"The file could not be read ({error.strerror}).") from error


def content_of(file: BufferedIOBase) -> str:
    """Return the XXH3-128 of all of an open file as 32 hexadecimal digits."""
    import xxhash

    file.seek(0)
    return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()


@dataclass(frozen=True, slots=True)
class LookLimit:
    """For how long pictures are compared by their looks; afterwards by their bytes alone."""

    seconds: float | None
    started: float

    @classmethod
    def starting_now(cls, seconds: float | None) -> LookLimit:
        """Return a limit that counts from now."""
        return cls(seconds, time.monotonic())

    @property
    def open(self) -> bool:
        """Whether there is time left."""
        return self.seconds is None or time.monotonic() - self.started < self.seconds


def each(work: Callable[[T], R], items: Iterable[T]) -> Iterator[list[R]]:
    """Yield the results of ``work`` in order, a chunk at a time, on a few threads."""
    rest = iter(items)
    with ThreadPoolExecutor(THREADS) as pool:
        while chunk := list(islice(rest, CHUNK)):
            yield list(pool.map(work, chunk))
