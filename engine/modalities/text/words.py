"""Texts as the words of the pretrained sentence network, in chunks that it can look at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.backbones.minilm import BEGIN, END, UNKNOWN, load_tokenizer
from engine.backbones.weights import verified
from engine.modalities.text.samples import Text

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WordArray = npt.NDArray[np.int32]

WORDS = "minilm_l6_words"
CHUNK = 256  # words looked at together, with the marks around them
CHUNKS = 8
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
    """Return the first words of a text that fit its chunks, without marks; between columns is the word for an end."""
    with _loading:  # threads that ask at once would all load it
        tokenizer = _tokenizer()
    clean = _JOIN.join(text)[:_CHARACTERS].encode("utf-8", errors="replace").decode("utf-8")  # no lone surrogates
    ids = tokenizer.encode(clean, add_special_tokens=False).ids
    return np.asarray(ids[: CHUNKS * (CHUNK - _MARKS)], dtype=np.int32)


def chunks_of(words: WordArray, size: int = CHUNK) -> list[WordArray]:
    """Return words in chunks of at most ``size``, at least one, with the marks the network expects around them."""
    step = size - _MARKS
    return [_marked(words[start : start + step]) for start in range(0, max(1, len(words)), step)]


def window_of(words: WordArray, size: int, random: np.random.Generator) -> WordArray:
    """Return a chunk of at most ``size`` from a random place."""
    room = len(words) - (size - _MARKS)
    start = int(random.integers(room + 1)) if room > 0 else 0
    return _marked(words[start : start + size - _MARKS])


def _marked(words: WordArray) -> WordArray:
    return np.concatenate([[BEGIN], words, [END]], dtype=np.int32)


def unknown_share(texts: Sequence[Text]) -> float:
    """Return which share of the words of texts the network does not know; 0 where there are no words."""
    words = np.concatenate([np.empty(0, dtype=np.int32), *map(words_of, texts)])
    return float(np.mean(words == UNKNOWN)) if len(words) else 0.0


def is_foreign(texts: Sequence[Text]) -> bool:
    """Return whether texts are in a language that the network was not taught.

    It was taught English: of English texts it knows all words, of Chinese ones a third.
    """
    return unknown_share(texts) > _FOREIGN
