"""Texts as the numbers of their words, in order, for networks that know no words but those they learn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.arrays import IntArray
from engine.modalities.text.keys import Family, word_keys
from engine.modalities.text.tokens import KeyArray, Tokens

NumberArray = npt.NDArray[np.int32]

GAP, UNKNOWN, FIRST = 0, 1, 2  # numbers: between texts, of words that are not known, of the first that is
BETWEEN = 2  # gaps between texts: half of the widest kernel
LONGEST = 2000  # words of a text that are looked at

WORDS = Family(False, 1, 1, joined=True)


class Census:
    """Counts in how many texts each word occurs, some texts at a time."""

    def __init__(self) -> None:
        self._keys = np.empty(0, dtype=np.uint32)
        self._texts = np.empty(0, dtype=np.int64)

    def add(self, tokens: Tokens) -> list[KeyArray]:
        """Count the words of further texts; return the keys of each text's first words."""
        keys = word_keys(tokens, WORDS)
        once = np.unique((tokens.row.astype(np.uint64) << np.uint64(32)) | keys)  # each word of a text
        found, often = np.unique(once.astype(np.uint32), return_counts=True)
        self._keys, place = np.unique(np.concatenate([self._keys, found]), return_inverse=True)
        self._texts = np.bincount(place, weights=np.concatenate([self._texts, often])).astype(np.int64)
        return _of_each(tokens, keys)

    def known(self, least: int, most: int) -> KeyArray:
        """Return the keys, rising, of the words in ``least`` texts or more, at most the ``most`` frequent of them.

        All words count where none is in so many texts.
        """
        kept = np.flatnonzero(self._texts >= min(least, self._texts.max(initial=0)))
        return self._keys[np.sort(kept[np.argsort(-self._texts[kept], kind="stable")[:most]])]


def keys_of(tokens: Tokens) -> list[KeyArray]:
    """Return the keys of each text's first words."""
    return _of_each(tokens, word_keys(tokens, WORDS))


def _of_each(tokens: Tokens, keys: KeyArray) -> list[KeyArray]:
    ends = np.cumsum(np.bincount(tokens.row, minlength=tokens.size))
    each = np.split(keys, ends[:-1])[: tokens.size]
    return [mine[:LONGEST].copy() for mine in each]  # copies, which keep no others in memory


def numbers_of(texts: Sequence[KeyArray], known: KeyArray) -> list[NumberArray]:
    """Return the keys of each text's words as numbers; a text without any is one unknown word."""
    keys = np.concatenate([np.empty(0, dtype=np.uint32), *texts])
    place = np.minimum(np.searchsorted(known, keys), max(0, len(known) - 1))
    found = np.full(len(keys), UNKNOWN, dtype=np.int32)
    if len(known):
        found = np.where(known[place] == keys, place + FIRST, UNKNOWN).astype(np.int32)
    each = np.split(found, np.cumsum([len(mine) for mine in texts])[:-1])
    return [mine if len(mine) else np.array([UNKNOWN], dtype=np.int32) for mine in each[: len(texts)]]


def in_a_row(texts: Sequence[NumberArray]) -> IntArray:
    """Return the numbers of all texts after each other, with gaps before, between and after them."""
    gap = np.full(BETWEEN, GAP, dtype=np.int64)
    return np.concatenate([gap, *(part for text in texts for part in (text, gap))])
