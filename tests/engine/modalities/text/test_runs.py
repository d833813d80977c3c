from __future__ import annotations

import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.text.runs import runs_of

WORDS = st.lists(st.text(st.characters(exclude_categories=()), max_size=12), max_size=6)


@given(WORDS)
def test_checksums_are_those_of_zlib_for_any_characters(words: list[str]) -> None:
    starts = np.arange(len(words), dtype=np.uint32) * 1000 + 5
    keys, owner = runs_of(words, starts, 2, 4)
    expected = [
        (zlib.crc32(word[begin : begin + length].encode("utf-8", errors="surrogatepass"), 1000 * place + 5), place)
        for length in range(2, 5)
        for place, word in enumerate(words)
        for begin in range(len(word) - length + 1)
    ]
    assert list(zip(keys.tolist(), owner.tolist(), strict=True)) == expected
