"""Texts as the words of the pretrained sentence network, in chunks that it can look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from engine.backbones.minilm import BEGIN, END, UNKNOWN, load_tokenizer
from engine.backbones.weights import verified
from engine.modalities.text.samples import Text

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WordArray = npt.NDArray[np.int32]

WORDS = "minilm_l6_words"
CHUNK = 128  # words looked at together, with the marks around them
CHUNKS = 16
LEFT_OUT = (
    "The texts are in a language that the pretrained network does not know well, so it was left out; "
    "the models that count words go on."
)

_MARKS = 2
_CHARACTERS = 40_000  # hold more words than are looked at, in any language
_JOIN = " [SEP] "
_FOREIGN = 0.2
_loading = Lock()


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return load_tokenizer(verified(WORDS))


def words_of(text: Text) -> WordArray:
    """Return the words of a text without marks; of a very long one, its first and last that fit into all chunks.

    Between columns is the word for an end.
    """
    with _loading:  # threads that ask at once would all load it
        tokenizer = _tokenizer()
    clean = _ends(_JOIN.join(text), _CHARACTERS).encode("utf-8", errors="replace").decode("utf-8")  # no lone surrogates
    ids = tokenizer.encode(clean, add_special_tokens=False).ids
    return np.asarray(_ends(ids, CHUNKS * (CHUNK - _MARKS)), dtype=np.int32)


Run = TypeVar("Run", str, list[int])


def _ends(run: Run, length: int) -> Run:
    """Return a run, or the first and the last half of ``length`` of a longer one."""
    return run if len(run) <= length else run[: length // 2] + run[-(length // 2) :]


def chunks_of(words: WordArray, size: int = CHUNK) -> list[WordArray]:
    """Return words in as few chunks of at most ``size`` as hold them, at least one, all of about the same length.

    Around each are the marks that the network expects.
    """
    count = max(1, math.ceil(len(words) / (size - _MARKS)))
    return [_marked(part) for part in np.array_split(words, count)]


def inward(count: int) -> list[int]:
    """Return the places of chunks in the order in which they are worth a look: the last, the first, and so on inward.

    >>> inward(5)
    [4, 0, 3, 1, 2]
    """
    return [count - 1 - turn // 2 if turn % 2 == 0 else turn // 2 for turn in range(count)]


def _marked(words: WordArray) -> WordArray:
    return np.concatenate([[BEGIN], words, [END]], dtype=np.int32)


def unknown_share(texts: Sequence[WordArray]) -> float:
    """Return which share of the words of texts the network does not know; 0 where there are no words."""
    words = np.concatenate([np.empty(0, dtype=np.int32), *texts])
    return float(np.mean(words == UNKNOWN)) if len(words) else 0.0


def is_foreign(texts: Sequence[WordArray]) -> bool:
    """Return whether the words of texts are of a language that the network was not taught.

    It was taught English: of English texts it knows all words, of Chinese ones a third.
    """
    return unknown_share(texts) > _FOREIGN
