"""Pictures made ready to be varied again and again: squashed to squares, kept in memory while it allows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from weakref import WeakValueDictionary

import numpy as np
import psutil
import torch
from torch import Tensor

from engine.arrays import BoolArray, ByteArray, IntArray
from engine.features.overlap import overlapped
from engine.memory import free_bytes
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples

MOST_BYTES = 4_000_000_000  # 17,000 pictures as a graphics card wants them
MOST = 0.3  # of the memory that is free, of which the network and its steps need some, too
_MOST_FOR_CARD = 0.2  # of it, where that is more: pictures of another size may be kept beside them
_LOOK_S = 0.4  # of reading between two looks at the clock: a large photo alone may take half a second
_UNKNOWN = 127


class Squares:
    """The pictures as uint8 [3, side, side], read by ``threads``; those that memory has no room for at each use.

    Photos much larger than ``side`` are only unpacked as far as needed, so levels differ a little from what is served.
    What :meth:`of` returns lies in memory that a graphics card can copy by itself where ``pinned``. ``frugality`` is
    how often memory was short before: the system does not tell a container how little it may use.
    """

    def __init__(
        self, samples: ImageSamples, side: int, threads: int, pinned: bool = False, frugality: int = 0
    ) -> None:
        self.samples, self.side, self.threads, self.pinned = samples, side, threads, pinned
        kept = (room(pinned) >> 2 * frugality) // (3 * side**2)
        self._kept = np.empty((min(len(samples), kept), 3, side, side), dtype=np.uint8)
        self.readable: BoolArray = np.zeros(len(samples), dtype=np.bool_)
        self._looked = 0
        self._pools: tuple[ThreadPoolExecutor, ThreadPoolExecutor] | None = None
        self._next: tuple[IntArray, Future[Tensor]] | None = None

    @property
    def whole(self) -> bool:
        """Whether memory has room for all pictures, so that none is read again."""
        return len(self._kept) == len(self.samples)

    def look(self) -> bool:
        """Read a few more pictures for the first time, at least one; return whether all have been."""
        first, until = self._looked, time.monotonic() + _LOOK_S

        def late() -> bool:
            return self._looked > first and time.monotonic() > until

        for row, square in overlapped(self._read, range(first, len(self.samples)), self.threads, late):
            self.readable[row] = square is not None
            if row < len(self._kept):
                self._kept[row] = _UNKNOWN if square is None else square
            self._looked += 1
        return self._looked == len(self.samples)

    def expect(self, rows: IntArray) -> None:
        """Begin to put together, meanwhile, what the next :meth:`of` returns."""
        if self._pools is None:
            self._pools = (ThreadPoolExecutor(1), ThreadPoolExecutor(self.threads))
        gatherer, readers = self._pools
        missing = [readers.submit(self._read, int(row)) for row in rows[rows >= len(self._kept)]]
        self._next = (rows, gatherer.submit(self._gathered, rows, missing))

    def of(self, rows: IntArray) -> Tensor:
        """Return the squares [len(rows), 3, side, side], grey where a picture cannot be read."""
        if self._next is None or not np.array_equal(self._next[0], rows):
            self.expect(rows)
        assert self._next is not None
        (_, gathered), self._next = self._next, None
        return gathered.result()

    def _gathered(self, rows: IntArray, missing: Sequence[Future[ByteArray | None]]) -> Tensor:
        squares = torch.full((len(rows), 3, self.side, self.side), _UNKNOWN, dtype=torch.uint8, pin_memory=self.pinned)
        levels, kept = squares.numpy(), rows < len(self._kept)
        levels[kept] = self._kept[rows[kept]]
        for place, future in zip(np.flatnonzero(~kept), missing, strict=True):
            square = future.result()
            if square is not None:
                levels[place] = square
        return squares

    def rest(self) -> None:
        """Let go of what is kept: nobody will ask for it any more, or it is read anew."""
        self._kept, self._next = self._kept[:0].copy(), None
        if self._pools is not None:
            for pool in self._pools:
                pool.shutdown(wait=False, cancel_futures=True)
            self._pools = None

    def _read(self, row: int) -> ByteArray | None:
        picture = self.samples.picture_or_none(row, self.side)
        return None if picture is None else np.rint(resize(picture, self.side)).astype(np.uint8)


_shared: WeakValueDictionary[tuple[int, int, int, int], Squares] = WeakValueDictionary()


def shared(samples: ImageSamples, side: int, threads: int, frugality: int = 0) -> Squares:
    """Return squares for a graphics card, the same ones for all who want such while any of them still has them.

    A card tunes several networks by turns that see pictures at one size. Each would read all photos by itself, for
    which it waits, and keep them a second time. Whoever has them does not :meth:`Squares.rest` them.
    """
    key = id(samples), side, threads, frugality  # of samples that are there: their squares hold on to them
    found = _shared.get(key)
    if found is None:
        found = _shared[key] = Squares(samples, side, threads, True, frugality)
    return found


def room(card: bool = False) -> int:
    """Return how many bytes of pictures may be kept beside all else that needs memory.

    More than :data:`MOST_BYTES` are kept only for a graphics ``card``, which learns from pictures faster than they are
    read from files.
    """
    if not card:
        return int(min(MOST_BYTES, MOST * psutil.virtual_memory().available))
    free = free_bytes()
    return int(min(MOST * free, max(MOST_BYTES, _MOST_FOR_CARD * free)))
