r"""The terms of a text in a cell, as :mod:`engine.modalities.table.texts` says. Exported models find them with this."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np

from engine.arrays import IntArray

BUCKETS = 65_536
LONGEST = 2000  # characters that count

_WORD = re.compile(r"\w+")
_REMEMBERED = 50_000
_LONGEST_REMEMBERED = 32  # letters: a server must not fill up with words that no language has


def words_in(text: str) -> list[str]:
    """Return the words of what counts of a text."""
    return _WORD.findall(text[:LONGEST])


def occurrences(texts: Sequence[str | None]) -> tuple[IntArray, IntArray]:
    """Return which term is in which text: rows, rising, and buckets, each pair once, those of a text rising."""
    found = [np.unique(_terms(text[:LONGEST].lower())) if text else np.empty(0, dtype=np.int64) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(terms) for terms in found])
    return rows, np.concatenate([np.empty(0, dtype=np.int64), *found])


def lengths(texts: Sequence[str | None]) -> IntArray:
    """Return how many characters of each text count; none of a missing one."""
    return np.array([len(text[:LONGEST]) if text else 0 for text in texts], dtype=np.int64)


def _terms(text: str) -> IntArray:
    words = _WORD.findall(text)
    pairs = [crc32(f"{one} {two}".encode("utf-8", "replace")) % BUCKETS for one, two in pairwise(words)]
    return np.array([*pairs, *(term for word in words for term in _terms_of_word(word))], dtype=np.int64)


def _terms_of_word(word: str) -> array[int]:
    return _remembered(word) if len(word) <= _LONGEST_REMEMBERED else _found(word)


def _found(word: str) -> array[int]:
    padded = f" {word} "
    terms = {word, *(padded[at : at + 3] for at in range(len(padded) - 2))}
    return array("H", (crc32(term.encode("utf-8", "replace")) % BUCKETS for term in terms))  # two bytes each


_remembered = lru_cache(maxsize=_REMEMBERED)(_found)
