"""Features on disk, kept between learners and runs.

A folder holds one subfolder a feature kind, and in it one file for each process that ever wrote: so nobody waits for a
lock, and a process that was killed harms nobody's file. A file is a sequence of equal records::

    16 bytes  hash of the sample's bytes
    4 d bytes features, float32 little-endian
    4 bytes   CRC-32 of the above

A torn or damaged record is ignored. Records are written in blocks, as soon as they are computed.
"""

from __future__ import annotations

import logging
import os
import uuid
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.arrays import BoolArray, Float32Array

_log = logging.getLogger(__name__)

_SUFFIX = ".features"
_KEY_BYTES = 16
_BLOCK = 4096


class FeatureCache:
    """The features [d] of samples under one feature kind, by content hash (32 hexadecimal digits)."""

    def __init__(self, folder: Path, kind: str, length: int) -> None:
        self._root, self.folder = folder, folder / kind
        self.length = length
        self._record = np.dtype([("key", f"V{_KEY_BYTES}"), ("values", "<f4", (length,)), ("check", "<u4")])
        self._mine = self.folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}{_SUFFIX}"
        self._places: dict[bytes, tuple[Path, int]] = {}
        self._read_until: dict[Path, int] = {}

    def get(self, keys: Sequence[str | None]) -> tuple[Float32Array, BoolArray]:
        """Return features [n, d] and which of them were found [n]; rows that were not hold NaN."""
        self._look_again()
        features = np.full((len(keys), self.length), np.nan, dtype=np.float32)
        wanted: dict[Path, list[tuple[int, int]]] = {}
        for row, key in enumerate(keys):
            raw = _raw(key)
            if raw is not None and raw in self._places:
                path, place = self._places[raw]
                wanted.setdefault(path, []).append((place, row))
        for path, places in wanted.items():
            records = self._map(path)
            for place, row in places:
                if self._sound(records[place]):
                    features[row] = records[place]["values"]
        return features, np.isfinite(features[:, 0])

    def add(self, keys: Sequence[str | None], features: Float32Array) -> None:
        """Append the features [n, d] of samples whose content is known."""
        known = [row for row, key in enumerate(keys) if _raw(key) is not None]
        if not known:
            return
        records = np.zeros(len(known), dtype=self._record)
        for place, row in enumerate(known):
            records["key"][place] = np.void(_raw(keys[row]) or b"")
            records["values"][place] = features[row]
            records["check"][place] = self._check(records[place])
        try:
            self._root.mkdir(exist_ok=True)  # not what is above: a run that was moved must not come into being anew
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._mine.open("ab") as file:
                file.truncate(file.tell() // self._record.itemsize * self._record.itemsize)
                file.write(records.tobytes())
        except OSError as error:  # a full disk costs speed later, not the run now
            _log.warning("Features could not be kept in %s: %s", self.folder, error)

    def _look_again(self) -> None:
        """Index the records that were written since the last look, by this process or another."""
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            first = self._read_until.get(path, 0)
            last = path.stat().st_size // self._record.itemsize
            if last <= first:
                continue
            records = self._map(path)
            for begin in range(first, last, _BLOCK):
                for place, key in enumerate(records["key"][begin : min(begin + _BLOCK, last)], begin):
                    self._places[key.tobytes()] = (path, place)
            self._read_until[path] = last

    def _map(self, path: Path) -> npt.NDArray[np.void]:
        """Return the whole records of a file, read into memory where the drive, as one in a network, maps no files."""
        whole = path.stat().st_size // self._record.itemsize
        try:
            return np.memmap(path, dtype=self._record, mode="r", shape=(whole,))
        except OSError:
            return np.fromfile(path, dtype=self._record, count=whole)

    def _check(self, record: np.void) -> int:
        return zlib.crc32(record.tobytes()[:-4])

    def _sound(self, record: np.void) -> bool:
        return bool(record["check"] == self._check(record))


@lru_cache(maxsize=32)
def open_cache(folder: Path, kind: str, length: int) -> FeatureCache:
    """Return this process's one cache of a feature kind in ``folder``, so that it keeps one index and one file."""
    return FeatureCache(folder, kind, length)


def _raw(key: str | None) -> bytes | None:
    if key is None:
        return None
    try:
        raw = bytes.fromhex(key)
    except ValueError:
        return None
    return raw if len(raw) == _KEY_BYTES else None
