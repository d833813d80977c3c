"""TFRecord files: records of bytes, each with its length and the CRC-32C of both.

The layout is that of https://www.tensorflow.org/tutorials/load_data/tfrecord: length (8 bytes), its masked checksum
(4), the record, its masked checksum (4); numbers with the low byte first.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

MOST_BYTES = 256 << 20  # of a record
HEAD = struct.Struct("<QI")
CHECK = struct.Struct("<I")
MASK = 0xA282EAD8

Tell = Callable[[str], None]


def records(path: Path, tell: Tell) -> Iterator[bytes | None]:
    """Yield the records of a file, None in the place of one that is damaged and left out, of which ``tell`` hears.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        number = 0
        while head := file.read(HEAD.size):
            number += 1
            length = _length(head)
            if length is None:
                tell(f"Record {number} starts with a wrong checksum, so it and all after it were left out.")
                return
            if length > MOST_BYTES:
                tell(f"Record {number} has {length >> 20:,} MB; the limit is {MOST_BYTES >> 20} MB. It was left out.")
                _skip(file, length)
                yield None
                continue
            record = _checked(file, length)
            if record is None:
                tell(f"Record {number} is damaged (its checksum is wrong or it is cut off), so it was left out.")
            yield record


def number_of_records(path: Path) -> tuple[int, bool]:
    """Return how many records a file holds, damaged ones too, and whether these are all.

    After a wrong checksum of a length nobody can tell how many follow.

    Raises:
        OSError: the file cannot be read.
    """
    number = 0
    with path.open("rb") as file:
        while head := file.read(HEAD.size):
            length = _length(head)
            if length is None:
                return number, False
            _skip(file, length)
            number += 1
    return number, True


def write_records(path: Path, contents: Iterable[bytes]) -> int:
    """Write records into a new file and return how many.

    Raises:
        OSError: the disk is full or cannot be written.
    """
    number = 0
    with path.open("wb") as file:
        for content in contents:
            length = struct.pack("<Q", len(content))
            file.write(length + CHECK.pack(masked_checksum(length)) + content + CHECK.pack(masked_checksum(content)))
            number += 1
    return number


def masked_checksum(content: bytes) -> int:
    """Return the CRC-32C of bytes as it stands in these files.

    >>> hex(masked_checksum(b""))
    '0xa282ead8'
    """
    import google_crc32c

    plain = int(google_crc32c.value(content))
    return ((plain >> 15 | plain << 17) + MASK) & 0xFFFFFFFF


def _skip(file: IO[bytes], length: int) -> None:
    """Go on after a record, but not beyond the end: a length may be a lie that no disk can follow."""
    file.seek(min(file.tell() + length + CHECK.size, os.fstat(file.fileno()).st_size))


def _length(head: bytes) -> int | None:
    if len(head) < HEAD.size:
        return None
    length, check = HEAD.unpack(head)
    return int(length) if masked_checksum(head[:8]) == check else None


def _checked(file: IO[bytes], length: int) -> bytes | None:
    content, check = file.read(length), file.read(CHECK.size)
    if len(content) < length or len(check) < CHECK.size:
        return None
    return content if masked_checksum(content) == CHECK.unpack(check)[0] else None
