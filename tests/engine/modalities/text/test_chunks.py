from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.backbones.wordpieces import BEGIN, END, PADDING
from engine.modalities.text.chunks import CHUNK, CHUNKS, chunks_of, inward
from engine.modalities.text.words import words_of


def test_chunks_hold_all_words_in_order_between_marks() -> None:
    words = words_of(("one two three four five six seven",))
    chunks = chunks_of(words, size=5)
    assert [len(chunk) for chunk in chunks] == [5, 4, 4]
    assert all(chunk[0] == BEGIN and chunk[-1] == END for chunk in chunks)
    np.testing.assert_array_equal(np.concatenate([chunk[1:-1] for chunk in chunks]), words)


def test_what_reads_like_padding_is_a_word_among_others() -> None:
    words = words_of(("a [PAD] b",))
    assert len(words) == 3
    assert PADDING not in words


def test_an_empty_text_is_one_chunk_of_marks() -> None:
    assert [chunk.tolist() for chunk in chunks_of(words_of(("",)))] == [[BEGIN, END]]


@given(st.integers(0, 30), st.integers(3, 12))
def test_chunks_are_few_and_alike(length: int, size: int) -> None:
    lengths = [len(chunk) for chunk in chunks_of(np.arange(length, dtype=np.int32), size)]
    assert sum(lengths) == length + 2 * len(lengths)
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1
    assert len(lengths) == max(1, -(-length // (size - 2)))


@given(st.integers(1, 20))
def test_every_chunk_has_its_turn_from_both_ends_inward(count: int) -> None:
    turns = inward(count)
    assert sorted(turns) == list(range(count))
    distances = [min(turn, count - 1 - turn) for turn in turns]
    assert distances == sorted(distances)


def test_of_a_very_long_text_both_ends_are_kept() -> None:
    words = words_of(("good " * 100_000 + "bad " * 50_000,))
    assert len(words) == CHUNKS * (CHUNK - 2)
    good, bad = words_of(("good bad",))
    half = len(words) // 2
    assert (words[:half] == good).all()
    assert (words[half:] == bad).all()
