"""Words of the sentence network in chunks that it can look at. No torch here: exported models cut texts with this."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from engine.arrays import IntArray
from engine.backbones.wordpieces import BEGIN, END, PADDING, UNKNOWN

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WordArray = npt.NDArray[np.int32]

CHUNK = 128  # words looked at together, with the marks around them
CHUNKS = 16

_MARKS = 2
MOST_WORDS = CHUNKS * (CHUNK - _MARKS)  # of a text that are looked at
_CHARACTERS = 40_000  # hold more words than are looked at, in any language
_JOIN = " [SEP] "


def words_by(tokenizer: Tokenizer, text: tuple[str, ...]) -> WordArray:
    """Return the words of a text without marks; of a very long one, its first and last that fit into all chunks.

    Between columns is the word for an end. Who writes ``[PAD]`` means a word, not the padding that chunks are counted
    without.
    """
    clean = _ends(_JOIN.join(text), _CHARACTERS).encode("utf-8", errors="replace").decode("utf-8")  # no lone surrogates
    ids = tokenizer.encode(clean, add_special_tokens=False).ids
    words = np.asarray(_ends(ids, MOST_WORDS), dtype=np.int32)
    return np.where(words == PADDING, np.int32(UNKNOWN), words)


Run = TypeVar("Run", str, list[int])


def _ends(run: Run, length: int) -> Run:
    """Return a run, or the first and the last half of ``length`` of a longer one."""
    return run if len(run) <= length else run[: length // 2] + run[-(length // 2) :]


def chunks_of(words: WordArray, size: int = CHUNK) -> list[WordArray]:
    """Return words in as few chunks of at most ``size`` as hold them, at least one, all of about the same length.

    Around each are the marks that the network expects.
    """
    return [_marked(part) for part in np.array_split(words, chunks_for(len(words), size))]


def chunks_for(words: float, size: int = CHUNK) -> int:
    """Return how many chunks so many words take."""
    return max(1, math.ceil(words / (size - _MARKS)))


def inward(count: int) -> list[int]:
    """Return the places of chunks in the order in which they are worth a look: the last, the first, and so on inward.

    >>> inward(5)
    [4, 0, 3, 1, 2]
    """
    return [count - 1 - turn // 2 if turn % 2 == 0 else turn // 2 for turn in range(count)]


def grid_of(chunks: Sequence[WordArray]) -> IntArray:
    """Return chunks as rows [n, T] of the longest's length, padded; [0, 1] for none."""
    words = np.full((len(chunks), max(map(len, chunks), default=1)), PADDING, dtype=np.int64)
    for place, chunk in enumerate(chunks):
        words[place, : len(chunk)] = chunk
    return words


def _marked(words: WordArray) -> WordArray:
    return np.concatenate([[BEGIN], words, [END]], dtype=np.int32)
