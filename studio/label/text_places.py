"""Where each character of a text is in Qt's document, which counts in UTF-16 and knows one kind of line end.

A paragraph as long as a book would take seconds to lay out, so long ones are broken for the eye; the text itself stays
as it is.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from PySide6.QtCore import QTextBoundaryFinder

LONGEST = 1500  # characters of a paragraph
_SLACK = 200
_AROUND = 256
_UNKNOWN = 0xFFFD
_SEPARATORS = (0x0D, 0x2028, 0x2029)  # line ends to Qt, as the line feed is


class Places:
    """Turns offsets in a text, in characters (code points), into positions in the document and back.

    Attributes:
        shown: the words to show in the document.
    """

    def __init__(self, text: str) -> None:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
        width = np.ones(len(codes) + 1, np.int64)
        width[:-1] += codes > 0xFFFF
        dropped = np.flatnonzero((codes[:-1] == 0x0D) & (codes[1:] == 0x0A)) if len(codes) else np.zeros(0, np.int64)
        width[dropped] = 0
        breaks = np.array(_breaks(text), np.int64)
        extra = np.zeros(len(codes) + 1, np.int64)
        extra[breaks] = 1
        self._width = width
        self._start = np.concatenate([[0], np.cumsum((width + extra)[:-1])])
        codes[np.isin(codes, _SEPARATORS)] = 0x0A
        codes[(codes == 0) | ((codes >= 0xD800) & (codes < 0xE000)) | ((codes >= 0xFDD0) & (codes < 0xFDF0))] = _UNKNOWN
        kept = np.delete(np.insert(codes, breaks + 1, 0x0A), dropped + np.searchsorted(breaks, dropped))
        self.shown = kept.tobytes().decode("utf-32-le")

    def position(self, offset: int) -> int:
        """Return where in the document the character at an offset begins."""
        return int(self._start[min(max(offset, 0), len(self._start) - 1)])

    def end_position(self, offset: int) -> int:
        """Return where in the document the character before an offset ends."""
        before = min(offset, len(self._start) - 1) - 1
        return self.position(0) if before < 0 else int(self._start[before] + self._width[before])

    def offset(self, position: int) -> int:
        """Return which character begins at a position of the document, or the next that does."""
        at = min(int(np.searchsorted(self._start, position)), len(self._start) - 1)
        if self._start[at] <= position:
            return at
        return at if position - self._start[at - 1] >= self._width[at - 1] else at - 1


def boundary(text: str, offset: int, by: int, words: bool) -> int:
    """Return where the next character as people see it, or word, ends after an offset, or with -1 begins before it."""
    low, high = max(0, offset - _AROUND), min(len(text), offset + _AROUND)
    part = "".join("\ufffd" if "\ud800" <= letter < "\ue000" else letter for letter in text[low:high])
    kind = QTextBoundaryFinder.BoundaryType.Word if words else QTextBoundaryFinder.BoundaryType.Grapheme
    finder = QTextBoundaryFinder(kind, part)
    finder.setPosition(_units(part[: offset - low]))
    edge = QTextBoundaryFinder.BoundaryReason.EndOfItem if by > 0 else QTextBoundaryFinder.BoundaryReason.StartOfItem
    step = finder.toNextBoundary if by > 0 else finder.toPreviousBoundary
    at = step()
    while at >= 0 and not finder.boundaryReasons() & edge:
        at = step()
    if at < 0:
        return high if by > 0 else low
    return low + len(part.encode("utf-16-le")[: 2 * at].decode("utf-16-le"))


def _units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def _breaks(text: str) -> list[int]:
    """Return the last character of each piece into which paragraphs that are too long are broken."""
    found: list[int] = []
    start = 0
    while start < len(text):
        end = text.find("\n", start, start + LONGEST + _SLACK)
        if end >= 0:
            start = end + 1
        elif len(text) - start <= LONGEST + _SLACK:
            break
        else:
            found.append(_good_break(text, start + LONGEST))
            start = found[-1] + 1
    return found


def _good_break(text: str, at: int) -> int:
    """Return a character near a place after which a break hurts least: a space, else one that stands alone."""
    for place in range(at, at + _SLACK):
        if text[place].isspace():
            return place
    while at < len(text) - 2 and unicodedata.category(text[at + 1])[0] in "MC":
        at += 1
    return at
