"""How many files a ZIP archive lists, counted without keeping the list: that of a million takes half a gigabyte.

The layout is that of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.12 to 4.3.16. The number
that an archive tells of itself is not believed.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import IO

END = struct.Struct("<4s4H2IH")
END_SIGN = b"PK\x05\x06"
LARGE_END = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
LOCATOR_SIGN = b"PK\x06\x07"
ENTRY_SIGN = b"PK\x01\x02"
MOST_COMMENT = 1 << 16
UNKNOWN = 0xFFFFFFFF
PIECE = 1 << 20


def entries(path: Path, most: int) -> int:
    """Return how many files an archive lists, or some number above ``most`` where there are more.

    0 where it has no list: what is wrong with it is said by whoever opens it.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        place = _directory(file)
        if place is None:
            return 0
        start, size = place
        file.seek(start)
        found, left, rest = 0, size, b""
        while left > 0 and found <= most and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            piece = rest + piece
            found += piece.count(ENTRY_SIGN)
            rest = piece[-3:]
        return found


def _directory(file: IO[bytes]) -> tuple[int, int] | None:
    """Return where the list of files starts and how many bytes it has."""
    end = file.seek(0, os.SEEK_END)
    reach = min(end, MOST_COMMENT + END.size)
    file.seek(end - reach)
    tail = file.read(reach)
    at = tail.rfind(END_SIGN)
    if at < 0 or len(tail) - at < END.size:
        return None
    size = int(END.unpack_from(tail, at)[5])
    stop = end - reach + at
    if size == UNKNOWN:
        return _large_directory(file, stop)
    return max(0, stop - size), min(size, stop)


def _large_directory(file: IO[bytes], stop: int) -> tuple[int, int] | None:
    """Return the same of an archive with more or larger files than fit the old form."""
    if stop < LOCATOR.size + LARGE_END.size:
        return None
    file.seek(stop - LOCATOR.size - LARGE_END.size)
    record, locator = file.read(LARGE_END.size), file.read(LOCATOR.size)
    if not locator.startswith(LOCATOR_SIGN):
        return None
    size = int(LARGE_END.unpack(record)[8])
    end = stop - LOCATOR.size - LARGE_END.size
    return max(0, end - size), min(size, end)
