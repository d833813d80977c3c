"""What is made of texts without the engine is what the engine makes of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.backbones.weights import verified
from engine.modalities.text.chunks import CHUNK, CHUNKS, chunks_of, inward
from engine.modalities.text.decode import MAX_BYTES
from engine.modalities.text.keys import Family
from engine.modalities.text.ngrams import count
from engine.modalities.text.samples import Text
from engine.modalities.text.sequences import FIRST, LONGEST, UNKNOWN, Census, keys_of, numbers_of
from engine.modalities.text.tokens import Tokens
from engine.modalities.text.words import WORDS, words_of
from exporters.standalone.text import MOST_TEXTS, NO_WORD, Featurizer, ngrams

FAMILIES = (Family(False, 1, 3), Family(False, 2, 2, joined=True), Family(True, 3, 6), Family(True, 1, 2, joined=True))
LOOKS = (2, CHUNKS)
SEQUENCE = {"kind": "sequence", "inputs": ["keys", "sizes"], "longest": LONGEST}
CHUNKED = {"kind": "words", "inputs": ["w", "s2", "s16"], "looks": list(LOOKS), "chunk": CHUNK, "chunks": CHUNKS}

PIECES = st.sampled_from(
    [
        "good",
        "isn't",
        "dogs’",
        "rock'n'roll",
        "o''er",
        "naïve",
        "de\u0301ja\u0300",
        "ﬁne",
        "½",
        "İ",
        "ß",
        "😀",
        "👨‍👩‍👧",
        "🇨🇭",
        "味道很好",
        "อาหารอร่อย",
        "हिन्दी",
        "ελληνικά",
        "ひらがな",
        "\ud83d",
        "\udc00",
        "\x00",
        "\u2028",
        " ",
        "  ",
        "\n",
        "-",
        "[SEP]",
    ]
)
PARTS = st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join)
COLUMNS = 2
TEXTS = st.lists(st.tuples(PARTS, PARTS), max_size=4)
HARD = [("It isn't BAD, is it? rock'n'roll", ""), ("", ""), ("naïve 😀👍🏽 味道好 ok", "อาหาร ok \ud83d"), ("", "好")]


def featurizer(*features: Mapping[str, Any], columns: int = COLUMNS, words: bool = False) -> Featurizer:
    reading = {"columns": columns, "letters": MAX_BYTES, "features": list(features)}
    return Featurizer(reading, verified(WORDS) if words else None)


def counted(family: Family, texts: Sequence[Text]) -> list[dict[int, int]]:
    """How often each key occurs in each text, as the engine counts."""
    counts = count(Tokens.of(texts), family)
    dense = counts.table.toarray()
    return [{int(k): int(n) for k, n in zip(counts.keys, row, strict=True) if n} for row in dense]


def split(values: np.ndarray[Any, Any], sizes: np.ndarray[Any, Any]) -> list[list[int]]:
    assert len(values) == sizes.sum()
    return [part.tolist() for part in np.split(values, np.cumsum(sizes)[:-1])]


@pytest.mark.parametrize("family", FAMILIES, ids=str)
@settings(max_examples=40, deadline=None)
@given(texts=TEXTS)
@example(texts=HARD)
def test_ngrams_are_counted_as_the_engine_counts_them(family: Family, texts: list[Text]) -> None:
    keys, counts, sizes = ngrams(Tokens.of(texts), family)
    assert len(sizes) == len(texts)
    if texts:
        found = zip(split(keys, sizes), split(counts, sizes), strict=True)
        assert [dict(zip(*pair, strict=True)) for pair in found] == counted(family, texts)
        assert all(row == sorted(set(row)) for row in split(keys, sizes))


@settings(max_examples=40, deadline=None)
@given(texts=TEXTS, longest=st.sampled_from((1, 3, LONGEST)))
@example(texts=HARD, longest=LONGEST)
def test_sequences_hold_the_words_that_the_engine_numbers(texts: list[Text], longest: int) -> None:
    feeds = featurizer({**SEQUENCE, "longest": longest}).feeds(texts)
    census, tokens = Census(), Tokens.of(texts)
    census.add(tokens)
    known = census.known(1, 1000)
    place = {int(key): FIRST + number for number, key in enumerate(known)} | {NO_WORD: UNKNOWN}
    if texts:
        found = [[place[key] for key in row] for row in split(feeds["keys"], feeds["sizes"])]
        assert found == [numbers[:longest].tolist() for numbers in numbers_of(keys_of(tokens), known)]


@pytest.fixture(scope="module")
def chunked() -> Featurizer:
    return featurizer(CHUNKED, words=True)


@settings(max_examples=30, deadline=None)
@given(texts=TEXTS)
@example(texts=[*HARD, ("good " * 5000, "bad"), ("x " * 300, "")])
def test_words_are_cut_as_the_engine_cuts_them(chunked: Featurizer, texts: list[Text]) -> None:
    feeds = chunked.feeds(texts)
    for name, looks in zip(("s2", "s16"), LOOKS, strict=True):
        assert feeds[name].shape == (len(texts), len(feeds["w"]))
        for text, shares in zip(texts, feeds[name], strict=True):
            chunks = chunks_of(words_of(text))
            expected = [chunks[turn].tolist() for turn in inward(len(chunks))[:looks]]
            seen = [[int(word) for word in feeds["w"][chunk]] for chunk in np.flatnonzero(shares)]
            assert [row[: len(wanted)] for row, wanted in zip(seen, expected, strict=True)] == expected
            assert not any(any(row[len(wanted) :]) for row, wanted in zip(seen, expected, strict=True))
            np.testing.assert_allclose(shares[shares > 0], 1 / len(expected))


def test_a_megabyte_is_counted_like_the_rest() -> None:
    text = ("It isn't 味道, naïve 😀 unfunny! " * (MAX_BYTES // 30))[:MAX_BYTES]
    (expected,) = counted(Family(True, 3, 5), [(text,)])
    keys, counts, _ = ngrams(Tokens.of([(text,)]), Family(True, 3, 5))
    assert dict(zip(keys.tolist(), counts.tolist(), strict=True)) == expected


def test_of_texts_beyond_a_megabyte_only_so_much_counts() -> None:
    letters = featurizer({"kind": "letters", "inputs": ["letters"]}, columns=1)
    assert letters.feeds([("x" * (MAX_BYTES + 7),), ("",)])["letters"].tolist() == [MAX_BYTES, 0]


def test_all_that_is_asked_for_is_fed_under_its_name() -> None:
    family = {"kind": "ngrams", "inputs": ["k", "c", "n"], **asdict(FAMILIES[0])}
    found = featurizer(family, SEQUENCE, CHUNKED, words=True)
    assert found.names == ("k", "c", "n", "keys", "sizes", "w", "s2", "s16")
    feeds = found.feeds(HARD)
    assert tuple(feeds) == found.names
    assert {name for name, array in feeds.items() if array.dtype != np.int64} == {"s2", "s16"}


def test_texts_of_like_lengths_share_calls_that_memory_holds() -> None:
    found = featurizer(SEQUENCE, columns=1)
    assert found.kin(("a" * 70,)) == found.kin(("b" * 100,)) != found.kin(("a" * 700,))
    assert found.most(("",)) == MOST_TEXTS
    assert found.most(("a" * 100,)) > found.most(("a" * 4000,)) > found.most(("a" * MAX_BYTES,)) == 1


@pytest.mark.parametrize(
    "feature",
    [
        {"kind": "ngrams", "inputs": ["k", "c"], **asdict(FAMILIES[0])},
        {"kind": "ngrams", "inputs": ["k", "c", "n"], "pieces": 1, "low": 1, "high": 2, "joined": False},
        {"kind": "ngrams", "inputs": ["k", "c", "n"], "pieces": True, "low": 1, "high": 10**9, "joined": False},
        {"kind": "ngrams", "inputs": ["k", "c", "n"], "pieces": True, "low": 3, "high": 2, "joined": False},
        {**SEQUENCE, "longest": 0},
        {**SEQUENCE, "longest": True},
        {**CHUNKED, "chunk": 512},
        {**CHUNKED, "inputs": ["w", "s2"]},
        {**CHUNKED, "looks": [0, 2]},
        {"kind": "sounds", "inputs": []},
        {"kind": "letters"},
        {},
    ],
)
def test_a_damaged_reading_is_refused(feature: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        featurizer(feature, words=True)


def test_words_without_a_tokenizer_and_texts_of_other_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="words"):
        featurizer(CHUNKED)
    with pytest.raises(ValueError, match="2 texts"):
        featurizer(SEQUENCE).feeds([("only one",)])


def test_no_locale_changes_a_key() -> None:
    """A slim container has the locale C, in which another exporter's texts could not even be opened."""
    code = (
        "from exporters.standalone.text import *\n"
        "from engine.modalities.text.keys import Family\n"
        "print(*ngrams(Tokens.of([('na\\u00efve \\U0001F600 \\u5473\\u9053 ISN\\u2019T',)]), Family(True, 1, 5))[0])"
    )
    keys, _, _ = ngrams(Tokens.of([("naïve 😀 味道 ISN’T",)]), Family(True, 1, 5))
    here = Path(__file__).parents[3]
    plain = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = subprocess.run([sys.executable, "-c", code], cwd=here, env=plain, capture_output=True, text=True, check=True)
    assert [int(key) for key in said.stdout.split()] == keys.tolist()
