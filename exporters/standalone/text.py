"""Texts as the numbers that an exported model takes. Nothing here is learned: what a model knows is in its graph.

:mod:`exporters.onnx.inputs.text` says what a ``reading`` holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.arrays import IntArray
from engine.backbones.wordpieces import load_tokenizer
from engine.modalities.text.chunks import CHUNK, CHUNKS, chunks_of, grid_of, inward, words_by
from engine.modalities.text.keys import Family, pieces, run_keys, word_keys
from engine.modalities.text.tokens import Tokens

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Text = tuple[str, ...]
Feeds = dict[str, npt.NDArray[Any]]

NO_WORD = -1  # the key that stands for a text without words
MOST_TEXTS = 256

_LETTERS_A_CALL = 20_000
_LONGEST_RUN = 16
_MOST_COLUMNS = 1000
_SHIFT = 32


class Featurizer:
    """Reads texts of ``columns`` parts each, as one model wants them."""

    def __init__(self, reading: Mapping[str, Any], tokenizer: Path | None) -> None:
        """Take a model's reading, and the file that cuts texts into words where the reading asks for it.

        Raises:
            KeyError, TypeError, ValueError: the reading is damaged, or a part of it is missing.
        """
        self.columns = _whole(reading["columns"], 1, _MOST_COLUMNS)
        self._letters = _whole(reading["letters"], 1, 2**31)
        self._features: list[_Letters | _Ngrams | _Sequence | _Words] = []
        for feature in reading["features"]:
            kind, names = feature["kind"], [str(name) for name in feature["inputs"]]
            if kind == "letters":
                self._features.append(_Letters(names))
            elif kind == "ngrams":
                self._features.append(_Ngrams(names, feature))
            elif kind == "sequence":
                self._features.append(_Sequence(names, feature))
            elif kind == "words" and tokenizer is not None:
                self._features.append(_Words(names, feature, load_tokenizer(tokenizer)))
            else:
                raise ValueError(f"nothing here makes {kind!r} of texts")
        if len(set(self.names)) < len(self.names):
            raise ValueError("two inputs have one name")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what :meth:`feeds` returns, in order."""
        return tuple(name for feature in self._features for name in feature.names)

    def feeds(self, texts: Sequence[Text]) -> Feeds:
        """Return what the graph takes for these texts."""
        cut = [tuple(part[: self._letters] for part in text) for text in texts]
        if any(len(text) != self.columns for text in cut):
            raise ValueError(f"each sample has {self.columns} texts")
        asked = _Asked(cut)
        feeds: Feeds = {}
        for feature in self._features:
            feeds.update(zip(feature.names, feature.arrays(asked), strict=True))
        return feeds

    def kin(self, text: Text) -> int:
        """Return what the texts of one call should have in common: about how long they are."""
        return sum(map(len, text)).bit_length()

    def most(self, text: Text) -> int:
        """Return how many texts like this one fit in a call."""
        return max(1, min(MOST_TEXTS, _LETTERS_A_CALL >> self.kin(text)))


class _Asked:
    """Texts, and their tokens once something asks for them."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        self._tokens: Tokens | None = None

    @property
    def tokens(self) -> Tokens:
        if self._tokens is None:
            self._tokens = Tokens.of(self.texts)
        return self._tokens


class _Letters:
    """How many characters the texts have, for models that look at nothing else: int64 [N]."""

    def __init__(self, names: Sequence[str]) -> None:
        (self.letters,) = self.names = tuple(names)

    def arrays(self, asked: _Asked) -> tuple[IntArray, ...]:
        return (np.array([sum(map(len, text)) for text in asked.texts], dtype=np.int64),)


class _Ngrams:
    """How often each n-gram of a family occurs: keys and counts, text after text, and how many each text has."""

    def __init__(self, names: Sequence[str], feature: Mapping[str, Any]) -> None:
        self.keys, self.counts, self.sizes = self.names = tuple(names)
        low = _whole(feature["low"], 1, _LONGEST_RUN)
        high = _whole(feature["high"], low, _LONGEST_RUN)
        self._family = Family(_flag(feature["pieces"]), low, high, joined=_flag(feature["joined"]))

    def arrays(self, asked: _Asked) -> tuple[IntArray, ...]:
        return ngrams(asked.tokens, self._family)


def ngrams(tokens: Tokens, family: Family) -> tuple[IntArray, IntArray, IntArray]:
    """Return the keys [p] of n-grams, those of each text rising, how often each occurs [p], and how many a text has."""
    if family.pieces:
        pairs, counts = _piece_pairs(tokens, family)
    else:
        keys, rows = run_keys(tokens, family)
        pairs, counts = np.unique(_paired(rows, keys), return_counts=True)
    sizes = np.bincount(pairs >> _SHIFT, minlength=tokens.size)
    return pairs & (2**_SHIFT - 1), counts.astype(np.int64), sizes.astype(np.int64)


def _piece_pairs(tokens: Tokens, family: Family) -> tuple[IntArray, IntArray]:
    """Return pairs of a text and a key, rising, and how often each occurs."""
    found = pieces(tokens, family)
    used, times = np.unique(tokens.row * max(1, found.words) + found.word, return_counts=True)
    rows, words = np.divmod(used, max(1, found.words))
    order = np.argsort(found.owner, kind="stable")
    lengths = np.bincount(found.owner, minlength=found.words)
    begins = np.cumsum(lengths) - lengths
    mine = lengths[words]
    within = np.arange(mine.sum()) - np.repeat(np.cumsum(mine) - mine, mine)
    keys = found.keys[order[np.repeat(begins[words], mine) + within]]
    pairs, which = np.unique(_paired(np.repeat(rows, mine), keys), return_inverse=True)
    return pairs, np.bincount(which, weights=np.repeat(times, mine), minlength=len(pairs))


def _paired(rows: IntArray, keys: npt.NDArray[np.uint32]) -> IntArray:
    return (rows.astype(np.int64) << _SHIFT) | keys.astype(np.int64)


class _Sequence:
    """The keys of the first words in order, text after text, and how many each text has, at least one."""

    def __init__(self, names: Sequence[str], feature: Mapping[str, Any]) -> None:
        self.keys, self.sizes = self.names = tuple(names)
        self._longest = _whole(feature["longest"], 1, 2**31)

    def arrays(self, asked: _Asked) -> tuple[IntArray, ...]:
        tokens = asked.tokens
        keys = word_keys(tokens, Family(False, 1, 1, joined=True)).astype(np.int64)
        counts = np.bincount(tokens.row, minlength=tokens.size)
        place = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = place < self._longest
        keys, rows = keys[kept], tokens.row[kept]
        silent = np.flatnonzero(counts == 0)
        keys = np.insert(keys, np.searchsorted(rows, silent), NO_WORD)
        return keys, np.clip(counts, 1, self._longest).astype(np.int64)


class _Words:
    """Chunks of a network's words, int64 [C, T], and for each number of looks which share of a text each chunk is."""

    def __init__(self, names: Sequence[str], feature: Mapping[str, Any], tokenizer: Tokenizer) -> None:
        self.names = tuple(names)
        self._looks = [_whole(looks, 1, CHUNKS) for looks in feature["looks"]]
        if len(names) != 1 + len(self._looks) or (feature["chunk"], feature["chunks"]) != (CHUNK, CHUNKS):
            raise ValueError("texts are cut into words in another way than here")
        self._tokenizer = tokenizer

    def arrays(self, asked: _Asked) -> tuple[npt.NDArray[Any], ...]:
        deepest = max(self._looks, default=1)
        whole = [chunks_of(words_by(self._tokenizer, text)) for text in asked.texts]
        turns = [inward(len(chunks))[:deepest] for chunks in whole]
        seen = [chunks[turn] for chunks, mine in zip(whole, turns, strict=True) for turn in mine]
        counts = [len(mine) for mine in turns]
        return grid_of(seen), *(_shares(counts, looks) for looks in self._looks)


def _shares(counts: Sequence[int], looks: int) -> npt.NDArray[np.float32]:
    """Return [texts, chunks]: an equal share for the first ``looks`` chunks of each text, 0 for all others."""
    shares = np.zeros((len(counts), sum(counts)), dtype=np.float32)
    begin = 0
    for row, count in enumerate(counts):
        seen = min(count, looks)
        shares[row, begin : begin + seen] = 1.0 / seen
        begin += count
    return shares


def _whole(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"a whole number from {least} to {most} was expected, not {value!r:.40}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"true or false was expected, not {value!r:.40}")
    return value
