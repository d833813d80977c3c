from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.text.keys import Family
from engine.modalities.text.ngrams import Counts, Vocabulary, count
from engine.modalities.text.tokens import Tokens, tokens_of

WORDS, PIECES = Family(False, 1, 2), Family(True, 3, 5)


def occurring(counts: Counts, row: int) -> dict[int, float]:
    """Return how often the features of a text occur, by their keys."""
    often = counts.table.toarray()[row]
    return {int(key): float(times) for key, times in zip(counts.keys, often, strict=True) if times}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("It isn't BAD, is it?", ["it", "isn't", "bad", ",", "is", "it", "?"]),
        ("味道好 ok!", ["味", "道", "好", "ok", "!"]),
        ("good 😀👍", ["good", "😀", "👍"]),
        ("हिन्दी", ["हिन्दी"]),
        (" \n", []),
        ("é" + "─" * 5000 + " … " * 5000 + "isn't it", ["é", *"─" * 5000, *"..." * 5000, "isn't", "it"]),
    ],
)
def test_texts_come_apart_into_words_and_signs(text: str, tokens: list[str]) -> None:
    assert tokens_of(text) == tokens


@pytest.mark.parametrize(
    ("marks", "sorted_first"),
    [("\u0315\u0300", "\u0300"), ("\u0300\uff9e", "\u3099"), ("\u094d\u093c", "\u093c")],
)
def test_no_more_marks_in_a_row_are_put_in_order_than_is_quickly_done(marks: str, sorted_first: str) -> None:
    found = tokens_of("a" + marks * 1000 + "b")
    assert (found[0][0] in "aà", found[-1][-1]) == (True, "b")
    assert "".join(found).rindex(sorted_first) > 1900


def test_keys_and_values_are_those_of_the_formulas() -> None:
    counts = count(Tokens.of([("to be to be",), ("be",)]), WORDS)
    to, be = zlib.crc32(b"to"), zlib.crc32(b"be")
    to_be, be_to = ((a * 0x9E3779B1 + b) % 2**32 for a, b in ((to, be), (be, to)))
    assert occurring(counts, 0) == {to: 2, be: 2, to_be: 2, be_to: 1}
    vocabulary = Vocabulary.fit(counts, WORDS, least=2, most=10)
    assert list(vocabulary.keys) == [be]
    assert vocabulary.rarity[0] == pytest.approx(np.log(1 + 3 / 3))
    np.testing.assert_allclose(vocabulary.matrix(counts).toarray(), [[1.0], [1.0]])


def test_pieces_are_runs_of_characters_with_the_words_ends() -> None:
    counts = count(Tokens.of([("", "ab ab")]), Family(True, 3, 5))
    expected = {zlib.crc32(piece, (0x50000000 + 0x9E3779B1) % 2**32): 2 for piece in (b"<ab", b"ab>", b"<ab>")}
    assert occurring(counts, 0) == expected


def test_runs_do_not_cross_texts_or_columns() -> None:
    assert len(count(Tokens.of([("a", "b"), ("c",)]), WORDS).keys) == 3


def test_only_joined_columns_share_their_features() -> None:
    tokens = Tokens.of([("ab", "ab")])
    for family in (WORDS, PIECES):
        apart, joined = count(tokens, family), count(tokens, replace(family, joined=True))
        assert set(joined.keys) < set(apart.keys)
        assert set(occurring(apart, 0).values()) == {1.0}
        assert set(occurring(joined, 0).values()) == {2.0}


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=5))
def test_any_text_gives_the_same_numbers_again(texts: list[tuple[str, str]]) -> None:
    for family in (WORDS, PIECES):
        counts = count(Tokens.of(texts), family)
        matrix = Vocabulary.fit(counts, family, least=1, most=20).matrix(counts)
        assert matrix.shape[0] == len(texts)
        lengths = np.sqrt((matrix.toarray() ** 2).sum(axis=1))
        assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))
        for row in range(len(texts)):
            alone = count(Tokens.of(texts[row : row + 1]), family)
            assert occurring(alone, 0) == occurring(counts, row)
