"""Texts as words: the words of spaced scripts, the characters of unspaced ones, and each other sign by itself.

A token is found so, and an exported model finds it the same way::

    text = its first and its last 100,000 characters with a space between, where it is longer than both
    text = text with a space behind each 100 characters in a row that are no letters, where it is not plain ASCII
    text = NFKC(text), lower case
    text = text with a space on both sides of each character of a script written without spaces
    token = a run of letters, digits and marks, with apostrophes inside it; or one character that is none and no space

It stands for ``crc32(UTF-8 of the token, start)``, where the start value of the checksum tells the column.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.arrays import IntArray
from engine.pieces import Pieces, finished

KeyArray = npt.NDArray[np.uint32]

MOST_LETTERS = 200_000  # of a text that are looked at: its beginning and its end
_LETTERS_A_STEP = 1_000_000
_UNSPACED = re.compile(  # Thai, Lao, Burmese, Khmer, kana, Chinese
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_MARKS = re.compile(r"[\W\uff9e\uff9f]{100}")  # with the only letters that NFKC makes marks of
_LETTERS = r"[\w\u0300-\u036f\u0900-\u0dff]+"  # with the vowel signs that Python takes for no letters
_TOKEN = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*|[^\w\s]")


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text, in order."""
    if len(text) > MOST_LETTERS:
        text = f"{text[: MOST_LETTERS // 2]} {text[-MOST_LETTERS // 2 :]}"
    if not text.isascii():
        text = _MARKS.sub(r"\g<0> ", text)  # NFKC sorts the marks in a row, in time that grows with their square
        text = _UNSPACED.sub(r" \g<0> ", unicodedata.normalize("NFKC", text))
    return _TOKEN.findall(text.lower())


def letters_of(parts: Sequence[str]) -> int:
    """Return how many letters of a text are looked at, in all its columns."""
    return sum(min(len(part), MOST_LETTERS) for part in parts)


def checksum(text: str, start: int) -> int:
    """Return the CRC-32 of a piece of text, begun at ``start``."""
    return zlib.crc32(text.encode("utf-8", errors="surrogatepass"), start)


def blocks_of(limits: IntArray, most: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and the one behind the last of blocks of about ``most`` entries, of one row at least.

    Those of a row r lie from ``limits[r]`` to ``limits[r + 1]``. No rows are one block.
    """
    cuts = np.flatnonzero(np.diff(limits[1:] // most)) + 1
    yield from pairwise([0, *cuts.tolist(), len(limits) - 1])


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens of a set of texts.

    ``words`` holds each different token once; ``word`` [t] is the token at each place, ``row`` [t] its text and
    ``column`` [t] its column, both rising; ``size`` counts the texts.
    """

    words: list[str]
    word: IntArray
    row: IntArray
    column: IntArray
    size: int

    @classmethod
    def of(cls, texts: Sequence[tuple[str, ...]]) -> Tokens:
        """Return the tokens of texts."""
        return finished(cls.steps(texts))

    @classmethod
    def steps(cls, texts: Sequence[tuple[str, ...]]) -> Pieces[Tokens]:
        """Find the tokens of texts; yield about every half second, so that somebody can look at the clock."""
        numbers, letters = _Numbers(), 0
        pieces, lengths, columns = [], [], []
        for text in texts:
            for column, part in enumerate(text):
                found = tokens_of(part)
                pieces.append(np.fromiter(map(numbers.__getitem__, found), dtype=np.int64, count=len(found)))
                lengths.append(len(found))
                columns.append(column)
                letters += len(part)
            if letters > _LETTERS_A_STEP:
                letters = 0
                yield
        per_text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        counts = np.asarray(lengths, dtype=np.int64)
        word = np.concatenate([np.empty(0, dtype=np.int64), *pieces])
        row, column_of = np.repeat(per_text, counts), np.repeat(np.asarray(columns, dtype=np.int64), counts)
        return cls(list(numbers), word, row, column_of, len(texts))

    def blocks(self, most: int) -> Iterator[Tokens]:
        """Yield the texts in blocks of about ``most`` tokens, of one text at least."""
        limits = np.searchsorted(self.row, np.arange(self.size + 1))
        for low, high in blocks_of(limits, most):
            mine = slice(limits[low], limits[high])
            yield Tokens(self.words, self.word[mine], self.row[mine] - low, self.column[mine], high - low)


class _Numbers(dict[str, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: str) -> int:
        self[key] = number = len(self)
        return number
