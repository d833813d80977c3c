"""The terms of a text in a cell."""

from __future__ import annotations

import gc
import tracemalloc
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest

from engine.modalities.table.terms import BUCKETS, LONGEST, occurrences


def buckets_of(words: list[str]) -> list[int]:
    """The buckets of a text's terms as the module that learns from them defines these."""
    padded = [f" {word} " for word in words]
    threes = [word[at : at + 3] for word in padded for at in range(len(word) - 2)]
    terms = {*words, *(f"{one} {two}" for one, two in pairwise(words)), *threes}
    return sorted({crc32(term.encode()) % BUCKETS for term in terms})


@pytest.mark.parametrize("length", [1, 2, 31, 32, 33, 900])
def test_short_and_long_words_have_the_same_kinds_of_terms(length: int) -> None:
    letters = np.random.default_rng(length)
    words = ["".join(letters.choice(list("abcdefé味"), length)) for _ in range(2)]
    for _ in range(2):  # the second time from memory, where it is kept
        assert occurrences([" ".join(words)])[1].tolist() == buckets_of(words)


def test_words_that_no_language_has_leave_nothing_in_memory() -> None:
    letters = np.random.default_rng(0)
    texts = ["".join(letters.choice(list("abcdefghijklmnop"), LONGEST)) for _ in range(60)]
    occurrences(texts[:1])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        occurrences(texts)
        gc.collect()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert left < 500_000
