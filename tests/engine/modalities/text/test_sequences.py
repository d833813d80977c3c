from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.text.counted import Counted
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.sequences import LONGEST, WORDS, Census, keys_of, numbers_of
from engine.modalities.text.tokens import Tokens

WORD = st.sampled_from(["goal", "bank", "star", "味", "道", "😀"])


@given(st.lists(st.lists(WORD, max_size=6).map(" ".join), min_size=1, max_size=8), st.integers(1, 3), st.integers(1, 4))
def test_words_counted_some_texts_at_a_time_are_those_of_all_texts(texts: list[str], least: int, most: int) -> None:
    census = Census()
    for text in texts:
        census.add(Tokens.of([(text,)]))
    counts = Counted([(text,) for text in texts]).counts(WORDS)
    np.testing.assert_array_equal(census.known(least, most), Vocabulary.fit(counts, WORDS, least, most).keys)


def test_words_have_numbers_up_to_the_longest_text_and_no_words_are_one_unknown() -> None:
    census = Census()
    found = census.add(Tokens.of([("goal " * (LONGEST + 9),), ("",), ("bank goal",)]))
    numbers = numbers_of(found, census.known(2, 9))
    assert [len(text) for text in numbers] == [LONGEST, 1, 2]
    assert [sorted(set(text.tolist())) for text in numbers] == [[2], [1], [1, 2]]
    assert keys_of(Tokens.of([])) == numbers_of([], census.known(2, 9)) == []
