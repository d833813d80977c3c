from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.peers.run_minilm import affordable, planned
from tests.benchmarks.peers.sentences import averaged, pieces, tried

FIRST = {"good": 0, "bad": 1, "end": 2}


class Words:
    """Takes six pieces at once, two of them its own; a word is a piece, and an embedding says which stands first."""

    max_seq_length = 6

    def __init__(self) -> None:
        self.read: list[str] = []

    @property
    def tokenizer(self) -> Words:
        return self

    def num_special_tokens_to_add(self) -> int:
        return 2

    def __call__(self, texts: list[str], **_: Any) -> dict[str, Any]:
        return {"offset_mapping": [[word.span() for word in re.finditer(r"\w+", text)] for text in texts]}

    def encode(self, texts: list[str], **_: Any) -> Any:
        self.read = texts
        return np.eye(3)[[FIRST.get(text.partition(" ")[0], 0) for text in texts]]


def test_a_text_is_the_mean_of_its_consecutive_chunks_by_length() -> None:
    network: Any = Words()
    texts = ["good  day, all you. bad end", "end", ""]
    places = pieces(network, texts)
    read = averaged(network, texts, places, None)
    assert network.read == ["good  day, all you", "bad end", "end", ""]
    assert read[0] == pytest.approx(np.array([4, 2, 0]) / 20**0.5)
    assert read[1].tolist() == [0, 0, 1]


def test_of_a_text_that_is_too_long_for_the_time_the_beginning_is_read() -> None:
    network: Any = Words()
    texts = ["good day all you bad end", "end"]
    assert averaged(network, texts, pieces(network, texts), 3)[0].tolist() == [1, 0, 0]
    assert network.read == ["good day all", "end"]
    read = averaged(network, texts, pieces(network, texts), 5)
    assert read[0] == pytest.approx(np.array([4, 1, 0]) / 17**0.5)


def test_as_many_word_pieces_are_read_as_there_is_time_for() -> None:
    lengths = np.array([20, 100, 1000])
    assert affordable(lengths, 1120) is None
    assert affordable(lengths, 1119) == 992
    assert affordable(lengths, 20 + 100 + 160) == 160
    assert affordable(lengths, 20 + 100 + 159) == 152
    assert affordable(lengths, 0) == 8


def test_how_much_is_read_is_planned_by_the_pace_at_that_length() -> None:
    lengths = np.array([1000] * 10)
    asked: list[int | None] = []

    def pace(most: int | None) -> float:
        asked.append(most)
        return 0.02 if most is None else 0.01

    assert planned(lengths, pace, lambda: 300.0) is None
    assert asked == [None]
    assert planned(lengths, pace, lambda: 48.0) == 480
    assert asked == [None, None, 240, 480]


def test_few_texts_are_tried_and_fewer_where_they_are_long() -> None:
    assert tried(np.array([10] * 3)) == [0, 1, 2]
    assert len(tried(np.array([10] * 1000))) == 512
    assert len(tried(np.array([1000] * 1000))) == 16
    assert tried(np.array([1000] * 1000))[-1] == 999
