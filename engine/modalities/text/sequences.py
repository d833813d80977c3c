"""Texts as the numbers of their words, in order, for networks that know no words but those they learn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.arrays import IntArray
from engine.modalities.text.counted import Counted
from engine.modalities.text.keys import Family, word_keys
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.tokens import KeyArray

NumberArray = npt.NDArray[np.int32]

GAP, UNKNOWN, FIRST = 0, 1, 2  # numbers: between texts, of words that are not known, of the first that is
BETWEEN = 2  # gaps between texts: half of the widest kernel
LONGEST = 2000  # words of a text that are looked at

WORDS = Family(False, 1, 1, joined=True)


def known_words(texts: Counted, least: int, most: int) -> KeyArray:
    """Return the keys, rising, of the words that occur in ``least`` texts, at most the ``most`` frequent of them."""
    return Vocabulary.fit(texts.counts(WORDS), WORDS, least, most).keys


def numbers_of(texts: Counted, known: KeyArray) -> list[NumberArray]:
    """Return the numbers of each text's first words; a text without any is one unknown word."""
    keys = word_keys(texts.tokens, WORDS)
    place = np.minimum(np.searchsorted(known, keys), max(0, len(known) - 1))
    found = np.full(len(keys), UNKNOWN, dtype=np.int32)
    if len(known):
        found = np.where(known[place] == keys, place + FIRST, UNKNOWN).astype(np.int32)
    ends = np.cumsum(np.bincount(texts.tokens.row, minlength=texts.tokens.size))
    each = np.split(found, ends[:-1])
    return [mine[:LONGEST] if len(mine) else np.array([UNKNOWN], dtype=np.int32) for mine in each]


def in_a_row(texts: Sequence[NumberArray]) -> IntArray:
    """Return the numbers of all texts after each other, with gaps before, between and after them."""
    gap = np.full(BETWEEN, GAP, dtype=np.int64)
    return np.concatenate([gap, *(part for text in texts for part in (text, gap))])
