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
from engine.modalities.text.keys import Family, pieces, run_keys
from engine.modalities.text.tokens import KeyArray, Tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Counts:
    """How often features occur: ``keys`` [k] of those that do, rising, and ``table`` [texts, k], its columns sorted."""

    keys: KeyArray
    table: csr_array[np.float32]


def count(tokens: Tokens, family: Family) -> Counts:
    """Count the n-grams of a family."""
    return _pieces(tokens, family) if family.pieces else _words(tokens, family)


def _words(tokens: Tokens, family: Family) -> Counts:
    keys, rows = run_keys(tokens, family)
    known, place = np.unique(keys, return_inverse=True)
    return Counts(known, _tally(rows, place, (tokens.size, len(known))))


def _pieces(tokens: Tokens, family: Family) -> Counts:
    found = pieces(tokens, family)
    known, which = np.unique(found.keys, return_inverse=True)
    often = _tally(tokens.row, found.word, (tokens.size, found.words))
    return Counts(known, _tidy(often @ _tally(found.owner, which, (found.words, len(known)))))


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
