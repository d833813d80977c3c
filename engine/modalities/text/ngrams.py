"""Texts as sparse numbers: how often each run of words, or of characters within a word, occurs.

A feature is known by a 32-bit key, so that no list of words needs to be kept::

    words, up to n    h1 = t1, h(k+1) = (h(k) * 0x9E3779B1 + t(k+1)) mod 2**32, over neighbours in one column
    pieces, a to b    crc32(UTF-8 of each run of a to b characters of "<token>", c + 0x50000000)

where t is the checksum of a token (:mod:`engine.modalities.text.tokens`), begun at c, and c is the column times
0x9E3779B1, or 0 where the family's columns are joined; all mod 2**32. The value of a feature in a text is
``(1 + ln count) * ln(1 + (texts + 1) / (texts with it + 1))``, or 1 where the family is binary; features that the
vocabulary does not hold are left out, and what remains of each text is scaled to length 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import Float32Array, IntArray
from engine.modalities.text.runs import runs_of
from engine.modalities.text.tokens import KeyArray, Tokens, checksum

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_MIX = np.uint32(0x9E3779B1)
_PIECES = np.uint32(0x50000000)
_LONGEST = 40  # characters of a word that its pieces are taken from


@dataclass(frozen=True)
class Family:
    """One kind of n-grams: of words (``pieces`` False) or of characters, from ``low`` to ``high`` of them.

    ``binary``: it counts only that one is there; ``joined``: it does not count in which column.
    """

    pieces: bool
    low: int
    high: int
    binary: bool = False
    joined: bool = False


@dataclass(frozen=True, eq=False)
class Counts:
    """How often features occur: ``keys`` [k] of those that do, rising, and ``table`` [texts, k], its columns sorted."""

    keys: KeyArray
    table: csr_array[np.float32]


def count(tokens: Tokens, family: Family) -> Counts:
    """Count the n-grams of a family."""
    return _pieces(tokens, family) if family.pieces else _words(tokens, family)


def _words(tokens: Tokens, family: Family) -> Counts:
    first = word_keys(tokens, family)
    together = (tokens.row[1:] == tokens.row[:-1]) & (tokens.column[1:] == tokens.column[:-1])
    keys, rows, chain, whole = [], [], first, np.ones(len(first), dtype=np.bool_)
    for length in range(1, family.high + 1):
        if length > 1:
            whole = whole[:-1] & together[length - 2 :]
            chain = chain[:-1] * _MIX + first[length - 1 :]
        if length >= family.low:
            keys.append(chain[whole])
            rows.append(tokens.row[: len(chain)][whole])
    known, place = np.unique(np.concatenate(keys), return_inverse=True)
    return Counts(known, _tally(np.concatenate(rows), place, (tokens.size, len(known))))


def word_keys(tokens: Tokens, family: Family) -> KeyArray:
    """Return the key of the word at each place of the tokens."""
    used, place = _in_columns(tokens, family)
    words, starts = _words_of(tokens, used)
    pairs = zip(words, starts.tolist(), strict=True)
    return np.fromiter((checksum(word, start) for word, start in pairs), np.uint32, len(words))[place]


def _pieces(tokens: Tokens, family: Family) -> Counts:
    """Take each word apart once, however often it occurs."""
    used, place = _in_columns(tokens, family)
    words, starts = _words_of(tokens, used)
    keys, owner = runs_of([f"<{word[:_LONGEST]}>" for word in words], starts + _PIECES, family.low, family.high)
    known, which = np.unique(keys, return_inverse=True)
    often = _tally(tokens.row, place, (tokens.size, len(used)))
    return Counts(known, _tidy(often @ _tally(owner, which, (len(used), len(known)))))


def _in_columns(tokens: Tokens, family: Family) -> tuple[IntArray, IntArray]:
    """Return the different pairs of a column and a word, column * words + word, and which one is at each place."""
    number = tokens.word if family.joined else tokens.column * len(tokens.words) + tokens.word
    there = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.bool_)
    there[number] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[number]


def _words_of(tokens: Tokens, used: IntArray) -> tuple[list[str], KeyArray]:
    """Return the words of pairs as :func:`_in_columns` says, and where their checksums begin."""
    column, word = np.divmod(used, max(1, len(tokens.words)))
    return [tokens.words[place] for place in word], column.astype(np.uint32) * _MIX


def _tally(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> csr_array[np.float32]:
    """Return how often each pair occurs, [rows, columns]."""
    from scipy.sparse import coo_array

    ones = np.ones(len(rows), dtype=np.float32)
    return _tidy(coo_array((ones, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape).tocsr())


def _tidy(table: csr_array[np.float32]) -> csr_array[np.float32]:
    table.sum_duplicates()
    table.sort_indices()
    return table


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The features of a family that are looked at: their ``keys`` [m], rising, and ``rarity`` [m], their weight."""

    family: Family
    keys: KeyArray
    rarity: Float32Array

    @classmethod
    def fit(cls, counts: Counts, family: Family, least: int, most: int) -> Vocabulary:
        """Return the features that occur in ``least`` texts (all where none does), at most the ``most`` frequent."""
        texts = np.bincount(counts.table.indices, minlength=len(counts.keys))
        kept = np.flatnonzero(texts >= min(least, texts.max(initial=0)))
        if len(kept) > most:
            kept = np.sort(kept[np.argsort(-texts[kept], kind="stable")[:most]])
        rarity = np.log(1.0 + (counts.table.shape[0] + 1.0) / (texts[kept] + 1.0))
        ones = np.ones(len(kept))
        return cls(family, counts.keys[kept], (ones if family.binary else rarity).astype(np.float32))

    def matrix(self, counts: Counts) -> csr_array[np.float32]:
        """Return the values [texts, m] of the features, each row of length 1 (or empty)."""
        from scipy.sparse import csr_array

        texts = counts.table.shape[0]
        nearest = np.minimum(np.searchsorted(self.keys, counts.keys), max(0, len(self.keys) - 1))
        known = self.keys[nearest] == counts.keys if len(self.keys) else np.zeros(len(counts.keys), dtype=np.bool_)
        kept = known[counts.table.indices]
        places = nearest[counts.table.indices[kept]].astype(np.int32)
        rows = np.repeat(np.arange(texts), np.diff(counts.table.indptr))[kept]
        values = np.ones(len(rows), np.float32) if self.family.binary else 1.0 + np.log(counts.table.data[kept])
        values = values * self.rarity[places]
        lengths = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=texts))
        values /= lengths[rows].astype(np.float32)
        edges = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=texts))]).astype(np.int32)
        return csr_array((values, places, edges), shape=(texts, len(self.keys)))
