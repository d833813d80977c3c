from __future__ import annotations

from weakref import ref

import numpy as np
import pytest

from engine.modalities.text.counted import Counted, counted, counted_in_pieces
from engine.modalities.text.keys import Family
from engine.modalities.text.ngrams import Vocabulary, count
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.tokens import MOST_LETTERS, Tokens, tokens_of

TEXTS = ["to be", "or not to be"]


def test_texts_are_counted_once_for_all_who_ask() -> None:
    samples = TextSamples.from_texts(TEXTS)
    assert counted(samples) is counted(samples)
    assert counted(samples) is not counted(TextSamples.from_texts(TEXTS))
    first = counted(samples).counts(Family(False, 1, 2))
    assert counted(samples).counts(Family(False, 1, 2, binary=True)) is first
    assert counted(samples).counts(Family(False, 1, 1)) is not first


def test_what_was_counted_goes_when_memory_runs_short_and_is_counted_anew() -> None:
    samples = TextSamples.from_texts(TEXTS)
    family = Family(False, 1, 2)
    keys = counted(samples).counts(family).keys
    before = ref(counted(samples))
    samples.forget()
    assert before() is None
    np.testing.assert_array_equal(counted(samples).counts(family).keys, keys)


def test_counts_are_those_of_the_texts() -> None:
    for family in (Family(False, 1, 2), Family(True, 3, 5)):
        found = Counted([(text,) for text in TEXTS]).counts(family)
        expected = count(Tokens.of([(text,) for text in TEXTS]), family)
        np.testing.assert_array_equal(found.keys, expected.keys)
        np.testing.assert_array_equal(found.table.toarray(), expected.table.toarray())


def test_some_of_the_texts_are_counted_once_for_all_who_ask_for_the_same() -> None:
    samples = TextSamples.from_texts(TEXTS)
    some = counted(samples, np.array([1]))
    assert counted(samples, np.array([1])) is some
    assert some.tokens.size == 1
    assert counted(samples).tokens.size == 2


def test_of_long_texts_some_are_counted_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.modalities.text.counted._LETTERS_AT_ONCE", 12)
    samples = TextSamples([("to be",), ("or not",), ("a longer one than that",), ("",), ("be", "it so")])
    pieces = [texts.tokens for texts in counted_in_pieces(samples)]
    assert [tokens.size for tokens in pieces] == [2, 2, 1]
    words = [tokens.words[number] for tokens in pieces for number in tokens.word]
    assert words == [word for text in samples.texts() for part in text for word in part.split()]


def test_short_texts_are_counted_together_once_for_all_who_ask() -> None:
    for samples in (TextSamples.from_texts(TEXTS), TextSamples([])):
        assert list(counted_in_pieces(samples)) == [counted(samples)]


def test_tokens_found_bit_by_bit_are_those_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.modalities.text.tokens._LETTERS_A_STEP", 3)
    texts = Counted([(text, "a title") for text in TEXTS])
    assert len(list(texts.find_tokens())) == len(TEXTS)
    expected = Tokens.of([(text, "a title") for text in TEXTS])
    assert texts.tokens.words == expected.words
    np.testing.assert_array_equal(texts.tokens.word, expected.word)
    assert not list(texts.find_tokens())


def test_of_a_very_long_text_the_beginning_and_the_end_are_looked_at() -> None:
    long = "beginning " + "middle " * MOST_LETTERS + "end"
    found = tokens_of(long)
    assert (found[0], found[-1]) == ("beginning", "end")
    assert sum(map(len, found)) < MOST_LETTERS


def test_ngrams_counted_bit_by_bit_are_those_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [(text, "a title") for text in ["", *TEXTS, "", "be it so"]]
    for family in (Family(False, 1, 2), Family(True, 3, 5)):
        expected = count(Tokens.of(texts), family)
        with monkeypatch.context() as patched:
            patched.setattr("engine.modalities.text.ngrams._TOKENS_A_STEP", 3)
            assert len(list(Counted(texts).count_steps(family))) > 3
            found = Counted(texts).counts(family)
        np.testing.assert_array_equal(found.keys, expected.keys)
        np.testing.assert_array_equal(found.table.toarray(), expected.table.toarray())
        assert found.table.has_sorted_indices
        vocabulary = Vocabulary.fit(found, family, least=1, most=100)
        with monkeypatch.context() as patched:
            patched.setattr("engine.modalities.text.ngrams._COUNTS_A_STEP", 3)
            assert len(list(vocabulary.matrix_steps(found))) > 2
            matrix = vocabulary.matrix(found)
        np.testing.assert_array_equal(matrix.toarray(), vocabulary.matrix(found).toarray())
