"""Read texts: typed, in rows, or in files whose encoding nobody has written down. Nothing here trusts them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.encodings import MENDED, chinese_or_korean, nearly_utf_8
from engine.errors import DataError
from engine.separated import is_missing

MAX_BYTES = 1_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CUT_CHARACTER = 3  # bytes of an unfinished UTF-8 character at the end of what was read
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NO_TEXT = 0.05


def typed(value: object) -> str:
    """Return a value as a text, of which at most 1 MB is read."""
    return "" if value is None else str(value)[:MAX_BYTES]


def in_row(row: Mapping[str, object], names: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of a row. A word such as ``NA`` among several is none, as in tables; one alone is what it is."""
    values = (row.get(name) for name in names)
    return tuple("" if len(names) > 1 and is_missing(value) else typed(value) for value in values)


def read_text(path: str | Path) -> str:
    """Return the text of a file, of which at most 1 MB is read.

    Raises:
        DataError: the file is missing, cannot be opened or holds no text.
    """
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES)
    except FileNotFoundError as error:
        raise DataError(f"{name} is no longer where it was. Put it back, or leave it out.") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{name} cannot be read ({error}). Check its permissions, or leave it out.") from error
    text = decode(raw)
    if not holds_text(text):
        raise DataError(f"{name} holds no text. Save it as plain text, or leave it out.")
    return text


def read_in_part(path: str | Path) -> bool:
    """Return whether a file is so long that not all of it is read."""
    try:
        return Path(path).stat().st_size > MAX_BYTES
    except (OSError, ValueError):
        return False


def holds_text(text: str) -> bool:
    """Return whether decoded bytes are text, and not full of control characters."""
    return len(_CONTROL.findall(text)) <= _NO_TEXT * len(text)


def decode(raw: bytes) -> str:
    """Return bytes as text; never fails.

    A byte order mark decides. Without one: UTF-16 where every other byte is mostly zero, UTF-8 where it is valid, or
    nearly so in Latin letters, GB18030 or CP949 where the bytes come in pairs that are common in Chinese or Korean,
    else UTF-8. Each byte that is invalid there is read as Windows-1252, which is Windows-1252 itself where no byte is
    valid UTF-8.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, errors="replace")
    wide = _utf_16(raw)
    if wide:
        return raw.decode(wide, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= MAX_BYTES - _CUT_CHARACTER:
            return raw[: error.start].decode("utf-8")
    if not nearly_utf_8(raw) and (guesses := chinese_or_korean(raw)):
        return raw.decode(guesses[0], errors="replace")
    return raw.decode(MENDED)


def _utf_16(raw: bytes) -> str:
    """Return the UTF-16 that ``raw`` is in, by the zeros of its Latin letters, spaces and digits; empty if none."""
    values = np.frombuffer(raw[: len(raw) // 2 * 2], dtype=np.uint8)
    if not len(values):
        return ""
    even, odd = (values[0::2] == 0).mean(), (values[1::2] == 0).mean()
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""
