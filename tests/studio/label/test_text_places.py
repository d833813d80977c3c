"""Offsets count characters, whatever Qt counts, and long paragraphs are broken for the eye alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QTextDocument

from studio.label.text_places import LONGEST, Places, boundary

FAMILY = "👨‍👩‍👧"
LETTERS = st.sampled_from(["a", " ", "é", "e\u0301", "字", "😀", FAMILY, "\n", "\r\n", "\r", "مرحبا", "\u2028", "\x00"])


@given(st.lists(LETTERS, max_size=40).map("".join))
def test_every_character_is_found_in_the_document_and_back(text: str) -> None:
    places, document = Places(text), QTextDocument()
    document.setPlainText(places.shown)
    assert document.characterCount() - 1 == len(places.shown.encode("utf-16-le")) // 2  # Qt mended nothing
    for offset in range(len(text) + 1):
        if offset and text[offset - 1 : offset + 1] == "\r\n":
            continue  # between the two there is no place to be
        assert places.offset(places.position(offset)) == offset
    for offset, letter in enumerate(text):
        if letter.isalpha() or letter == "😀":
            found = places.shown.encode("utf-16-le")[2 * places.position(offset) : 2 * places.end_position(offset + 1)]
            assert found.decode("utf-16-le") == letter


@pytest.mark.parametrize("piece", ["字", "word ", "e\u0301", "😀"])
def test_a_paragraph_as_long_as_a_book_is_broken_without_moving_anything(piece: str) -> None:
    text = piece * 20_000
    places = Places(text)
    assert max(map(len, places.shown.split("\n"))) <= LONGEST + 300
    assert places.shown.replace("\n", "") == text
    for offset in range(0, len(text), 331):
        assert places.offset(places.position(offset)) == offset
    assert "\n\u0301" not in places.shown


def test_beyond_the_end_is_the_end() -> None:
    places = Places("ab")
    assert (places.position(9), places.end_position(9), places.offset(9)) == (2, 2, 2)
    assert (Places("").end_position(3), Places("").offset(0)) == (0, 0)


def test_half_a_surrogate_pair_is_shown_as_unknown() -> None:
    assert Places("a\ud83db").shown == "a\ufffdb"


def test_a_step_is_a_character_as_people_see_it() -> None:
    text = f"e\u0301{FAMILY}x"
    assert boundary(text, 0, 1, words=False) == 2
    assert boundary(text, 2, 1, words=False) == 2 + len(FAMILY)
    assert boundary(text, len(text) - 1, -1, words=False) == 2


def test_a_step_is_a_word() -> None:
    text = "one two,  three"
    assert [boundary(text, at, 1, words=True) for at in (0, 3, 8)] == [3, 7, 15]
    assert [boundary(text, at, -1, words=True) for at in (15, 10, 1)] == [10, 4, 0]


@given(st.text(max_size=60), st.integers(0, 60), st.sampled_from([-1, 1]), st.booleans())
def test_steps_stay_in_the_text(text: str, offset: int, by: int, words: bool) -> None:
    at = min(offset, len(text))
    found = boundary(text, at, by, words)
    assert 0 <= found <= len(text)
    assert (found - at) * by >= 0
