"""What people wrote, as numbers."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import IntArray
from engine.errors import ModelError
from engine.modalities.table import texts
from engine.modalities.table.terms import occurrences
from engine.modalities.table.texts import DIRECTIONS, TextColumn
from engine.pieces import finished

SENTENCES = [f"{'a lovely' if i % 2 else 'an awful'} stay for us, number {i}" for i in range(60)]


def test_texts_of_the_same_words_lie_together() -> None:
    numbers = TextColumn.fit("t", SENTENCES).encode(["a lovely room", "so lovely", "an awful room"])[:, 1:]
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    assert numbers[0] @ numbers[1] > numbers[0] @ numbers[2]


@pytest.mark.parametrize("kept", [[None, "", "???", "unheard"], []])
def test_nothing_known_gives_its_length_and_zeros(kept: list[str | None]) -> None:
    numbers = TextColumn.fit("t", SENTENCES).encode(kept)
    np.testing.assert_array_equal(numbers[:, 1:], np.zeros((len(kept), 3)))
    assert numbers[:, 0].tolist() == [len(text or "") for text in kept]


@pytest.mark.parametrize("texts", [[], [None, None], ["alone"], ["same", "same"], ["x y", "z w"]])
def test_texts_that_share_nothing_have_a_length_alone(texts: list[str | None]) -> None:
    np.testing.assert_array_equal(TextColumn.fit("t", texts).encode(["same", "x"]), [[4.0], [1.0]])


def test_names_take_more_rows_than_sentences() -> None:
    names = [f"Mr. {'Green' if i % 2 else 'Brown'}" for i in range(600)]
    assert TextColumn.fit("t", names).width == 1
    assert TextColumn.fit("t", names * 20).width == 1 + 2
    assert TextColumn.fit("t", [f"a letter to {name}, from home" for name in names]).width > 1 + 5


def test_many_directions_are_never_more_than_sixteen() -> None:
    words = np.random.default_rng(0).integers(0, 300, (1500, 8))
    assert TextColumn.fit("t", [" ".join(f"w{word}" for word in row) for row in words]).width == 1 + DIRECTIONS


def test_scripts_without_blanks_are_parted_by_characters() -> None:
    texts = [f"味道很好吃{i}" if i % 2 else f"送餐太慢了{i}" for i in range(10_000)]
    numbers = TextColumn.fit("t", texts).encode(["真的很好吃", "很好吃呢", "太慢了呢"])[:, 1:]
    assert numbers[0] @ numbers[1] > numbers[0] @ numbers[2]


@given(st.lists(st.none() | st.text(st.characters(), max_size=30), max_size=30))
def test_it_comes_back_from_json_and_answers_finitely(texts: list[str | None]) -> None:
    column = TextColumn.fit("t", texts)
    again = TextColumn.from_json(json.loads(json.dumps(column.to_json())))
    assert again == column
    numbers = again.encode(texts)
    assert np.isfinite(numbers).all()
    np.testing.assert_array_equal(numbers, column.encode(texts))


def test_read_in_pieces_or_in_part_texts_become_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_FIT_ROWS", 25)
    whole, numbers = finished(TextColumn.fitting("t", SENTENCES))
    np.testing.assert_allclose(numbers, whole.encode(SENTENCES), rtol=1e-12)
    monkeypatch.setattr(texts, "_ROWS_A_PIECE", 7)
    pieces, in_pieces = finished(TextColumn.fitting("t", SENTENCES))
    assert pieces.buckets == whole.buckets
    one, other = in_pieces[:, 1:], numbers[:, 1:]
    np.testing.assert_allclose(one @ one.T, other @ other.T, atol=1e-5)  # directions of equal strength may turn
    parts = [whole.encode(SENTENCES[start : start + 13]) for start in range(0, len(SENTENCES), 13)]
    np.testing.assert_array_equal(whole.encode(SENTENCES), np.concatenate(parts))


def test_a_pause_may_come_after_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(some: Sequence[str | None]) -> tuple[IntArray, IntArray]:
        read.append(len(some))
        return occurrences(some)

    monkeypatch.setattr(texts, "occurrences", counted)
    monkeypatch.setattr(texts, "_ROWS_A_PIECE", 8)
    monkeypatch.setattr(texts, "_FIT_ROWS", 25)
    work, done = TextColumn.fitting("t", SENTENCES), 0
    for _ in work:
        assert len(read) - done <= 1
        done = len(read)
    assert sum(read) == len(SENTENCES)
    assert max(read) == 8


def test_many_long_texts_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_ROWS_A_PIECE", 20)
    column, words = TextColumn.fit("t", SENTENCES), np.random.default_rng(0).integers(0, 500, (400, 150))
    long: list[str | None] = [" ".join(f"word{word}" for word in row) for row in words]
    column.encode(long[:20])
    tracemalloc.start()
    try:
        column.encode(long)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_a_damaged_description_is_refused() -> None:
    data = TextColumn.fit("t", SENTENCES).to_json()
    with pytest.raises(ModelError, match="damaged"):
        TextColumn.from_json({**data, "rarity": data["rarity"][:8]})


def test_a_text_of_a_megabyte_takes_no_time() -> None:
    column = TextColumn.fit("t", SENTENCES)
    start = time.process_time()
    column.encode(["lovely words " * 80_000] * 20)
    assert time.process_time() - start < 1.0
