"""The keys of n-grams, as :mod:`engine.modalities.text.ngrams` says. No scipy here: exported models count with this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import IntArray
from engine.modalities.text.runs import runs_of
from engine.modalities.text.tokens import KeyArray, Tokens, checksum

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


def run_keys(tokens: Tokens, family: Family) -> tuple[KeyArray, IntArray]:
    """Return the key of each run of words of a family, and the text it is in."""
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
    return np.concatenate(keys), np.concatenate(rows)


def word_keys(tokens: Tokens, family: Family) -> KeyArray:
    """Return the key of the word at each place of the tokens."""
    used, place = _in_columns(tokens, family)
    words, starts = _words_of(tokens, used)
    pairs = zip(words, starts.tolist(), strict=True)
    return np.fromiter((checksum(word, start) for word, start in pairs), np.uint32, len(words))[place]


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces of words, each different word of a column taken apart once, however often it occurs.

    ``keys`` [p] are in the words ``owner`` [p]; ``word`` [t] is the number of the word at each place of the tokens,
    ``words`` counts them.
    """

    keys: KeyArray
    owner: IntArray
    word: IntArray
    words: int


def pieces(tokens: Tokens, family: Family) -> Pieces:
    """Take the words apart."""
    used, place = _in_columns(tokens, family)
    words, starts = _words_of(tokens, used)
    keys, owner = runs_of([f"<{word[:_LONGEST]}>" for word in words], starts + _PIECES, family.low, family.high)
    return Pieces(keys, owner, place, len(used))


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
