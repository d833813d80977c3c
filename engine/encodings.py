"""Which encoding some bytes of text are in, where nobody has written it down."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import ByteArray

if TYPE_CHECKING:
    from typing_extensions import Buffer

MENDED = "utf-8-mended"  # a codec: UTF-8 with each byte that means nothing in it read as Windows-1252

_HANDLER = "autodidact.windows"
_HIGH = 0x80
_PAIRED, _COMMON = 0.8, 0.6
_BEHIND_LATIN, _LATIN = "\u0250", 0.8
_FIRST_LETTER, _AFTER_HANGUL = 0xB0A1, 0xC9A1
_TELLING = 16  # different characters: in Chinese about two of five lie behind where Hangul ends
_TELLING_APART = 8  # where blanks part them, as they part the words of Korean, and hardly any in Chinese
_BLANK_BETWEEN = re.compile(rb"[\x80-\xff] [\x80-\xff]")
_HANJA = 0.05  # the most of those in Korean that are Chinese characters


def nearly_utf_8(raw: bytes) -> bool:
    """Return whether bytes are Latin letters in UTF-8 but for a few, as where a name was put in from elsewhere.

    Of Chinese or Korean, three of four pairs mean nothing in it, and the others letters of many scripts.
    """
    text = raw.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd") - raw.count("\ufffd".encode())
    letters = [letter for letter in text if letter > "\x7f" and letter.isalpha()]
    latin = sum(letter < _BEHIND_LATIN or "\u1e00" <= letter < "\u1f00" for letter in letters)  # also Vietnamese
    return 2 * wrong < latin and latin >= _LATIN * len(letters)


def chinese_or_korean(raw: bytes) -> tuple[str, ...]:
    """Return the encodings of Chinese or Korean that bytes may well be in, the likeliest first; none where neither is.

    They are in one where high bytes come in pairs, most of which are everyday characters or punctuation of GB 2312.
    Korean has its syllables among these, but hardly anything behind them.
    """
    values = np.frombuffer(raw, dtype=np.uint8)
    leads = _leads(values)
    high = int((values >= _HIGH).sum())
    if not len(leads) or 2 * len(leads) < _PAIRED * high:
        return ()
    first = values[leads]
    common = ((first >= 0xB0) & (first <= 0xD7)) | ((first >= 0xA1) & (first <= 0xA3))
    if float(common.mean()) < _COMMON:
        return ()
    telling = _TELLING_APART if _BLANK_BETWEEN.search(raw) else _TELLING
    return ("cp949", "gb18030") if _is_korean(first, values[leads + 1], telling) else ("gb18030",)


def _is_korean(leads: ByteArray, trails: ByteArray, telling: int) -> bool:
    """Return whether characters of two bytes are Korean, where there are ``telling`` different ones or more."""
    characters = leads.astype(np.int64) * 256 + trails
    letters = np.unique(characters[characters >= _FIRST_LETTER])
    return len(letters) >= telling and int((letters >= _AFTER_HANGUL).sum()) < _HANJA * len(letters)


def _leads(values: ByteArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return where pairs of GB 2312 begin: every second place in a run of high bytes."""
    high = np.concatenate([[False], values >= _HIGH, [False]])
    edges = np.flatnonzero(high[1:] != high[:-1])
    starts, lengths = edges[0::2], edges[1::2] - edges[0::2]
    pairs = lengths // 2
    within = np.arange(int(pairs.sum())) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    leads: np.ndarray[tuple[int], np.dtype[np.int64]] = np.repeat(starts, pairs) + 2 * within
    return leads[(values[leads] >= 0xA1) & (values[leads] <= 0xF7) & (values[leads + 1] >= 0xA1)]


class _Mending(codecs.BufferedIncrementalDecoder):
    def _buffer_decode(self, input: Buffer, errors: str, final: bool) -> tuple[str, int]:
        return codecs.utf_8_decode(input, _HANDLER, final)


def _mended(raw: Buffer, errors: str = "strict") -> tuple[str, int]:
    return codecs.utf_8_decode(raw, _HANDLER, True)


def _found(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != MENDED:
        return None
    return codecs.CodecInfo(codecs.utf_8_encode, _mended, incrementaldecoder=_Mending, name=MENDED)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Windows-1252, and the five that it leaves open as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    read = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in wrong]
    return "".join(read), error.end


codecs.register_error(_HANDLER, _as_windows)
codecs.register(_found)
