"""Texts as the words of the pretrained sentence network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from engine.backbones.weights import verified
from engine.backbones.wordpieces import UNKNOWN, load_tokenizer
from engine.modalities.text.chunks import WordArray, words_by
from engine.modalities.text.samples import Text

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WORDS = "minilm_l6_words"
LEFT_OUT = (
    "The texts are in a language that the pretrained network does not know well, so it was left out; "
    "the models that count words go on."
)

_FOREIGN = 0.2
_loading = Lock()


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return load_tokenizer(verified(WORDS))


def words_of(text: Text) -> WordArray:
    """Return the words of a text without marks, as :func:`engine.modalities.text.chunks.words_by`."""
    with _loading:  # threads that ask at once would all load it
        tokenizer = _tokenizer()
    return words_by(tokenizer, text)


def unknown_share(texts: Sequence[WordArray]) -> float:
    """Return which share of the words of texts the network does not know; 0 where there are no words."""
    words = np.concatenate([np.empty(0, dtype=np.int32), *texts])
    return float(np.mean(words == UNKNOWN)) if len(words) else 0.0


def is_foreign(texts: Sequence[WordArray]) -> bool:
    """Return whether the words of texts are of a language that the network was not taught.

    It was taught English: of English texts it knows all words, of Chinese ones a third.
    """
    return unknown_share(texts) > _FOREIGN
