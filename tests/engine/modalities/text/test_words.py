from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.backbones.minilm import BEGIN, END
from engine.modalities.text.words import CHUNK, CHUNKS, chunks_of, is_foreign, unknown_share, window_of, words_of


def test_chunks_hold_all_words_in_order_between_marks() -> None:
    words = words_of(("one two three four five six seven",))
    chunks = chunks_of(words, size=5)
    assert [len(chunk) for chunk in chunks] == [5, 5, 3]
    assert all(chunk[0] == BEGIN and chunk[-1] == END for chunk in chunks)
    np.testing.assert_array_equal(np.concatenate([chunk[1:-1] for chunk in chunks]), words)


def test_an_empty_text_is_one_chunk_of_marks() -> None:
    assert [chunk.tolist() for chunk in chunks_of(words_of(("",)))] == [[BEGIN, END]]


@given(st.integers(0, 30), st.integers(3, 12), st.integers(0, 99))
def test_a_window_is_a_run_of_the_text(length: int, size: int, seed: int) -> None:
    words = np.arange(1000, 1000 + length, dtype=np.int32)
    inside = window_of(words, size, np.random.default_rng(seed))[1:-1]
    assert len(inside) == min(length, size - 2)
    assert (np.diff(inside) == 1).all()


def test_windows_come_from_everywhere() -> None:
    words = np.arange(1000, 1010, dtype=np.int32)
    random = np.random.default_rng(0)
    assert {int(window_of(words, 6, random)[1]) for _ in range(100)} == set(range(1000, 1007))


def test_a_long_text_is_cut() -> None:
    assert len(words_of(("good " * 100_000,))) == CHUNKS * (CHUNK - 2)


def test_it_tells_how_much_it_cannot_read() -> None:
    assert unknown_share([("An ordinary sentence, with a naïve word.",)]) == 0.0
    assert unknown_share([("",)]) == 0.0
    assert is_foreign([("味道很好, 送餐很快, 下次还点",)])
    assert not is_foreign(
        [("A fine film 😀",), ("味道",), ("Another ordinary sentence, only longer than the others.",)]
    )
