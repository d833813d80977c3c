"""Checksums of all runs of characters in many words at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import ByteArray, IntArray
from engine.modalities.text.tokens import KeyArray

_ONES = np.uint32(0xFFFFFFFF)
_BYTE = np.uint32(0xFF)


def runs_of(words: Sequence[str], starts: KeyArray, low: int, high: int) -> tuple[KeyArray, IntArray]:
    """Return the CRC-32 of each run of ``low`` to ``high`` characters within each word, and whose run it is.

    A checksum is that of the run's UTF-8, begun at the word's ``starts``, as :func:`zlib.crc32` counts it.
    """
    data = np.frombuffer("".join(words).encode("utf-8", errors="surrogatepass"), dtype=np.uint8)
    begins = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))  # where each character begins
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    owner = np.repeat(np.arange(len(words)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(owner))
    places, checks = np.arange(len(owner)), starts[owner] ^ _ONES
    keys, owners = [np.empty(0, dtype=np.uint32)], [np.empty(0, dtype=np.int64)]
    for length in range(1, high + 1):
        inside = left[places] >= length
        places, checks = places[inside], checks[inside]
        last = places + length - 1
        checks = _longer(checks, data, begins[last], begins[last + 1])
        if length >= low:
            keys.append(checks ^ _ONES)
            owners.append(owner[places])
    return np.concatenate(keys), np.concatenate(owners)


def _longer(checks: KeyArray, data: ByteArray, begins: IntArray, ends: IntArray) -> KeyArray:
    """Return checksums after one more character each, whose bytes lie from ``begins`` to ``ends``."""
    for place in range(int((ends - begins).max(initial=0))):
        there = begins + place
        taken = there < ends
        value = data[np.where(taken, there, 0)]
        checks = np.where(taken, _TABLE[(checks ^ value) & _BYTE] ^ (checks >> np.uint32(8)), checks)
    return checks


def _table() -> KeyArray:
    """Return what each byte adds to a checksum of the polynomial that zlib uses."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(0xEDB88320), table >> np.uint32(1))
    return table


_TABLE = _table()
