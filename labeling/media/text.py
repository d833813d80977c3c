"""A file of plain text, in whatever encoding."""

from __future__ import annotations

import codecs
from io import BufferedIOBase

from typing_extensions import override

from engine.task import Modality
from labeling.errors import MediaRefused
from labeling.media.base import Medium

CHECKED = 65_536
ODD_SHARE = 0.05
WIDE_SHARE = 0.3
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
CONTROL = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13))


class TextFile(Medium):
    """A text that lies in a file of its own."""

    modality = Modality.TEXT
    thing = "text"
    suffixes = (".txt", ".text")
    folders = ("texts", "text", "txt", "docs", "documents", "data")
    max_bytes = 50_000_000
    endings = "TXT"

    @override
    def check(self, file: BufferedIOBase) -> None:
        data = file.read()
        start = data[:CHECKED]
        if start.startswith(MARKS) or _wide(start):
            return
        if len(start) - len(start.translate(None, CONTROL)) > ODD_SHARE * len(start):
            raise MediaRefused("The file is not a text, whatever its name says.")
        if not data.strip():
            raise MediaRefused("The text is empty: it holds spaces alone.")


def _wide(start: bytes) -> bool:
    """Return whether it looks like UTF-16: either the even or the odd bytes are often zero, the others hardly ever."""
    half = max(1, len(start) // 2)
    low, high = sorted((start[0::2].count(0) / half, start[1::2].count(0) / half))
    return high > WIDE_SHARE and low < ODD_SHARE
