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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, Float32Array, IntArray
from engine.modalities.text.keys import Family, pieces, run_keys
from engine.modalities.text.tokens import KeyArray, Tokens, blocks_of
from engine.pieces import Pieces, finished

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_TOKENS_A_STEP, _COUNTS_A_STEP = 200_000, 2_000_000


@dataclass(frozen=True, eq=False)
class Counts:
    """How often features occur: ``keys`` [k] of those that do, rising, and ``table`` [texts, k], its columns sorted."""

    keys: KeyArray
    table: csr_array[np.float32]


def count(tokens: Tokens, family: Family) -> Counts:
    """Count the n-grams of a family."""
    return finished(count_steps(tokens, family))


def count_steps(tokens: Tokens, family: Family) -> Pieces[Counts]:
    """Count the n-grams of a family block by block; yield between them, so that somebody can look at the clock."""
    found: list[Counts] = []
    for block in tokens.blocks(_TOKENS_A_STEP):
        if found:
            yield
        found.append(_pieces(block, family) if family.pieces else _words(block, family))
    return (yield from _one_below_another(found))


def _one_below_another(parts: Sequence[Counts]) -> Pieces[Counts]:
    """Return the counts of texts that were counted in parts."""
    from scipy.sparse import csr_array

    if len(parts) == 1:
        return parts[0]
    ordered = np.sort(np.concatenate([part.keys for part in parts]))  # np.unique would take many times as long
    yield
    keys = ordered[np.diff(ordered, prepend=ordered[:1] - np.uint32(1)) > 0]
    tables = []
    for part in parts:
        yield
        places = np.searchsorted(keys, part.keys).astype(np.int32)[part.table.indices]
        tables.append(csr_array((part.table.data, places, part.table.indptr), shape=(part.table.shape[0], len(keys))))
    return Counts(keys, _stacked(tables))


def _stacked(tables: Sequence[csr_array[np.float32]]) -> csr_array[np.float32]:
    from scipy.sparse import csr_array, vstack

    return tables[0] if len(tables) == 1 else csr_array(vstack(tables, format="csr"))


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
        return finished(self.matrix_steps(counts))

    def matrix_steps(self, counts: Counts) -> Pieces[csr_array[np.float32]]:
        """Find :meth:`matrix` block by block; yield between them."""
        nearest = np.minimum(np.searchsorted(self.keys, counts.keys), max(0, len(self.keys) - 1))
        known = self.keys[nearest] == counts.keys if len(self.keys) else np.zeros(len(counts.keys), dtype=np.bool_)
        found: list[csr_array[np.float32]] = []
        for low, high in blocks_of(counts.table.indptr, _COUNTS_A_STEP):
            if found:
                yield
            found.append(self._values(counts.table[low:high], nearest, known))
        return _stacked(found)

    def _values(self, table: csr_array[np.float32], nearest: IntArray, known: BoolArray) -> csr_array[np.float32]:
        from scipy.sparse import csr_array

        texts = table.shape[0]
        kept = known[table.indices]
        places = nearest[table.indices[kept]].astype(np.int32)
        rows = np.repeat(np.arange(texts), np.diff(table.indptr))[kept]
        values = np.ones(len(rows), np.float32) if self.family.binary else 1.0 + np.log(table.data[kept])
        values = values * self.rarity[places]
        lengths = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=texts))
        values /= lengths[rows].astype(np.float32)
        edges = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=texts))]).astype(np.int32)
        return csr_array((values, places, edges), shape=(texts, len(self.keys)))
