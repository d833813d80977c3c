"""Protocol buffer messages as bytes: numbered fields, each a number or a stretch of bytes.

The encoding is that of https://protobuf.dev/programming-guides/encoding. Messages come from outside: a length that
leads out of its message, a number of more than ten bytes or a field of a kind nobody writes any more is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}
MOST_BITS = 64
SIGN = 1 << 63

Value = int | memoryview


class WireError(ValueError):
    """Bytes that are no such message."""


def fields(message: memoryview) -> Iterator[tuple[int, int, Value]]:
    """Yield (number, kind, value) of each field in order; a value is a number or the bytes it takes.

    Raises:
        WireError: the bytes are no message.
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise WireError("a field has the number 0")
        if kind == VARINT:
            value, at = _varint(message, at)
            yield number, kind, value
            continue
        if kind == BYTES:
            width, at = _varint(message, at)
        else:
            width = WIDTHS.get(kind, -1)
        if width < 0 or at + width > len(message):
            raise WireError("a field leads out of its message")
        yield number, kind, message[at : at + width]
        at += width


def inner(message: memoryview, number: int) -> Iterator[memoryview]:
    """Yield the messages, texts or packed lists in the fields of a number.

    Raises:
        WireError: the bytes are no message, or one of these fields is a number.
    """
    for found, _, value in fields(message):
        if found == number:
            if isinstance(value, int):
                raise WireError("a field is a number where a message should be")
            yield value


def integers(message: memoryview, number: int) -> list[int]:
    """Return the signed 64-bit numbers in the fields of a number, packed or one by one."""
    found: list[int] = []
    for place, _, value in fields(message):
        if place != number:
            continue
        if isinstance(value, int):
            found.append(_signed(value))
            continue
        at = 0
        while at < len(value):
            one, at = _varint(value, at)
            found.append(_signed(one))
    return found


def floats(message: memoryview, number: int) -> np.ndarray:
    """Return the 32-bit numbers in the fields of a number, packed or one by one: float32, (n,)."""
    parts = list(inner(message, number))
    if any(len(part) % 4 for part in parts):
        raise WireError("a list of numbers is cut off")
    return np.frombuffer(b"".join(parts), dtype="<f4").astype(np.float32)


def field(number: int, content: bytes) -> bytes:
    """Return a field that holds a message, a text or a packed list."""
    return varint(number << 3 | BYTES) + varint(len(content)) + content


def packed_integers(numbers: Iterable[int]) -> bytes:
    """Return whole numbers from 0 on as the content of a packed list."""
    return b"".join(map(varint, numbers))


def packed_floats(numbers: Sequence[float] | np.ndarray) -> bytes:
    """Return numbers as the content of a packed list of 32-bit ones."""
    return np.asarray(numbers, dtype="<f4").tobytes()


def varint(value: int) -> bytes:
    """Return a number from 0 on as one to ten bytes."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, MOST_BITS, 7):
        if at >= len(message):
            raise WireError("a number is cut off")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise WireError("a number is too long")


def _signed(value: int) -> int:
    value &= 2 * SIGN - 1
    return value - 2 * SIGN if value >= SIGN else value
