"""Texts as sparse numbers: how often each run of words, or of characters within a word, occurs.

A feature is known by a 32-bit key, so that no list of words needs to be kept::

    words, up to n    h1 = t1, h(k+1) = (h(k) * 0x9E3779B1 + t(k+1)) mod 2**32, over neighbours in one column
    pieces, a to b    crc32(UTF-8 of each run of a to b characters of "<token>", 0x50000000 + column)

where t is the checksum of a token (:mod:`engine.modalities.text.tokens`). The value of a feature in a text is
``(1 + ln count) * ln(1 + (texts + 1) / (texts with it + 1))``, or 1 where the family is binary; features that the
vocabulary does not hold are left out, and what remains of each text is scaled to length 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import Float32Array, IntArray
from engine.modalities.text.tokens import KeyArray, Tokens, checksum

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_MIX = np.uint32(0x9E3779B1)
_PIECES = 0x50000000
_ROW_BITS = np.uint64(32)
_LONGEST = 40  # characters of a word that its pieces are taken from


@dataclass(frozen=True)
class Family:
    """One kind of n-grams: of words (``pieces`` False) or of characters, from ``low`` to ``high`` of them."""

    pieces: bool
    low: int
    high: int
    binary: bool = False


@dataclass(frozen=True, eq=False)
class Counts:
    """How often features occur: ``keys``, ``rows`` and ``counts`` [nonzero], sorted by row, then by key."""

    keys: KeyArray
    rows: IntArray
    counts: Float32Array
    size: int


def count(tokens: Tokens, family: Family) -> Counts:
    """Count the n-grams of a family."""
    rows, keys, times = _pieces(tokens, family) if family.pieces else _words(tokens, family)
    joined, place = np.unique((rows.astype(np.uint64) << _ROW_BITS) | keys, return_inverse=True)
    counts = np.bincount(place, weights=times, minlength=len(joined)).astype(np.float32)
    low = (joined & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return Counts(low, (joined >> _ROW_BITS).astype(np.int64), counts, tokens.size)


def _words(tokens: Tokens, family: Family) -> tuple[IntArray, KeyArray, Float32Array]:
    first = _checksums(tokens)
    together = (tokens.row[1:] == tokens.row[:-1]) & (tokens.column[1:] == tokens.column[:-1])
    keys, rows, chain, whole = [], [], first, np.ones(len(first), dtype=np.bool_)
    for length in range(1, family.high + 1):
        if length > 1:
            whole = whole[:-1] & together[length - 2 :]
            chain = chain[:-1] * _MIX + first[length - 1 :]
        if length >= family.low:
            keys.append(chain[whole])
            rows.append(tokens.row[: len(chain)][whole])
    joined = np.concatenate(keys)
    return np.concatenate(rows), joined, np.ones(len(joined), dtype=np.float32)


def _checksums(tokens: Tokens) -> KeyArray:
    """Return the checksum of the token at each place."""
    found = np.zeros(len(tokens.word), dtype=np.uint32)
    for column in np.unique(tokens.column):
        places = tokens.column == column
        known = np.fromiter((checksum(word, int(column)) for word in tokens.words), np.uint32, len(tokens.words))
        found[places] = known[tokens.word[places]]
    return found


def _pieces(tokens: Tokens, family: Family) -> tuple[IntArray, KeyArray, Float32Array]:
    """Take each word apart once for each column, however often it occurs."""
    rows, keys, times = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint32)], [np.empty(0, dtype=np.float32)]
    words = len(tokens.words)
    for column in np.unique(tokens.column):
        places = tokens.column == column
        pairs, often = np.unique(tokens.row[places] * words + tokens.word[places], return_counts=True)
        row, word = np.divmod(pairs, words)
        parts, begins = _taken_apart(tokens.words, int(column), family)
        lengths = np.diff(begins)[word]
        within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        keys.append(parts[np.repeat(begins[word], lengths) + within])
        rows.append(np.repeat(row, lengths))
        times.append(np.repeat(often, lengths).astype(np.float32))
    return np.concatenate(rows), np.concatenate(keys), np.concatenate(times)


def _taken_apart(words: list[str], column: int, family: Family) -> tuple[KeyArray, IntArray]:
    """Return the keys of all words' pieces and, [words + 1], where each word's begin."""
    start, begins = _PIECES + column, [0]
    keys: list[int] = []
    for word in words:
        marked = f"<{word[:_LONGEST]}>"
        keys.extend(
            checksum(marked[begin : begin + length], start)
            for length in range(family.low, min(family.high, len(marked)) + 1)
            for begin in range(len(marked) - length + 1)
        )
        begins.append(len(keys))
    return np.asarray(keys, dtype=np.uint32), np.asarray(begins, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The features of a family that are looked at: their ``keys`` [m], rising, and ``rarity`` [m], their weight."""

    family: Family
    keys: KeyArray
    rarity: Float32Array

    @classmethod
    def fit(cls, counts: Counts, family: Family, least: int, most: int) -> Vocabulary:
        """Return the features that occur in ``least`` texts, at most the ``most`` frequent of them."""
        keys, texts = np.unique(counts.keys, return_counts=True)
        kept = np.flatnonzero(texts >= least)
        if len(kept) > most:
            kept = np.sort(kept[np.argsort(-texts[kept], kind="stable")[:most]])
        rarity = np.log(1.0 + (counts.size + 1.0) / (texts[kept] + 1.0))
        return cls(family, keys[kept], np.ones(len(kept), np.float32) if family.binary else rarity.astype(np.float32))

    def matrix(self, counts: Counts) -> csr_array[np.float32]:
        """Return the values [texts, m] of the features, each row of length 1 (or empty)."""
        from scipy.sparse import csr_array

        places = np.searchsorted(self.keys, counts.keys)
        nearest = np.append(self.keys, np.uint32(0))[places]
        known = np.flatnonzero((nearest == counts.keys) & (places < len(self.keys)))
        places, rows = places[known], counts.rows[known]
        values = np.ones(len(rows), np.float32) if self.family.binary else 1.0 + np.log(counts.counts[known])
        values = (values * self.rarity[places]).astype(np.float32)
        lengths = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=counts.size))
        values /= lengths[rows].astype(np.float32)
        edges = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=counts.size))])
        return csr_array((values, places, edges), shape=(counts.size, len(self.keys)))
