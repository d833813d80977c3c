"""Pictures made ready to be varied again and again: squashed to squares, kept in memory while it allows."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from engine.arrays import BoolArray, ByteArray, IntArray
from engine.features.overlap import overlapped
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples

KEPT_BYTES = 1_000_000_000
_PIECE = 16
_UNKNOWN = 127


class Squares:
    """The pictures as uint8 [3, side, side], read by ``threads``. Those beyond ``KEPT_BYTES`` are read at each use.

    Photos much larger than ``side`` are only unpacked as far as needed, so levels differ a little from what is served.
    """

    def __init__(self, samples: ImageSamples, side: int, threads: int) -> None:
        self.samples, self.side, self.threads = samples, side, threads
        kept = min(len(samples), KEPT_BYTES // (3 * side**2))
        self._kept = np.empty((kept, 3, side, side), dtype=np.uint8)
        self.readable: BoolArray = np.zeros(len(samples), dtype=np.bool_)
        self._looked = 0
        self._pool: ThreadPoolExecutor | None = None
        self._expected: dict[int, Future[ByteArray | None]] = {}

    def look(self) -> bool:
        """Read a few more pictures for the first time; return whether all have been."""
        rows = range(self._looked, min(self._looked + _PIECE, len(self.samples)))
        for row, square in overlapped(self._read, rows, self.threads):
            self.readable[row] = square is not None
            if row < len(self._kept):
                self._kept[row] = _UNKNOWN if square is None else square
        self._looked += len(rows)
        return self._looked == len(self.samples)

    def expect(self, rows: IntArray) -> None:
        """Begin to read those that are not kept, for the next :meth:`of`."""
        missing = [int(row) for row in rows if row >= len(self._kept)]
        if missing and self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads)
        if self._pool is not None:
            self._expected = {row: self._pool.submit(self._read, row) for row in missing}

    def of(self, rows: IntArray) -> ByteArray:
        """Return the squares [len(rows), 3, side, side], grey where a picture cannot be read."""
        squares = np.full((len(rows), 3, self.side, self.side), _UNKNOWN, dtype=np.uint8)
        kept = rows < len(self._kept)
        squares[kept] = self._kept[rows[kept]]
        others = [int(row) for row in rows[~kept]]
        if not set(others) <= set(self._expected):
            self.expect(rows)
        for place, row in zip(np.flatnonzero(~kept), others, strict=True):
            square = self._expected[row].result()
            if square is not None:
                squares[place] = square
        return squares

    def rest(self) -> None:
        """Let go of what is kept: nobody will ask for it any more, or it is read anew."""
        self._kept, self._expected = self._kept[:0].copy(), {}
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _read(self, row: int) -> ByteArray | None:
        picture = self.samples.picture_or_none(row, self.side)
        return None if picture is None else np.rint(resize(picture, self.side)).astype(np.uint8)
