from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.encodings import MENDED, chinese_or_korean, nearly_utf_8

KOREAN = "이 식당은 음식이 정말 맛있고 직원들도 친절해서 다음 주에 꼭 다시 가고 싶어요."
CHINESE = "这家餐厅的味道很好，送餐也很快。下次还会再来！"
BLANKS = st.sampled_from(["", " ", ",", "\n", "12;"])


def letters(first: int, last: int) -> list[str]:
    """The characters of GB 2312 in some of its rows, which are those of KS X 1001 in Korean."""
    pairs = [bytes([lead, trail]) for lead in range(first, last + 1) for trail in range(0xA1, 0xFF)]
    return [pair.decode("gb2312") for pair in pairs]


EARLY, LATE = letters(0xB0, 0xC8), letters(0xC9, 0xD6)
HANGUL = [letter.encode("gb2312").decode("euc_kr") for letter in EARLY]


@given(st.lists(st.sampled_from(HANGUL), min_size=16, max_size=80, unique=True), BLANKS)
def test_any_korean_of_some_syllables_is_read(syllables: list[str], blank: str) -> None:
    raw = blank.join(syllables).encode("cp949")
    assert chinese_or_korean(raw) == ("cp949", "gb18030")


@given(
    st.lists(st.sampled_from(EARLY), max_size=38, unique=True),
    st.lists(st.sampled_from(LATE), min_size=2, max_size=38, unique=True),
    BLANKS,
)
def test_chinese_is_told_by_characters_where_korean_has_none(early: list[str], late: list[str], blank: str) -> None:
    assert chinese_or_korean(blank.join(early + late).encode("gb18030")) == ("gb18030",)


@given(st.lists(st.sampled_from(EARLY), min_size=1, max_size=15), BLANKS)
def test_a_few_characters_are_taken_for_chinese(characters: list[str], blank: str) -> None:
    few = characters[:7] if blank == " " else characters
    assert chinese_or_korean(blank.join(few).encode("gb18030")) == ("gb18030",)


@pytest.mark.parametrize("text", ["재미있어요 정말 최고", "배송이 너무 늦어요"])
def test_of_words_with_blanks_between_them_fewer_tell_korean(text: str) -> None:
    assert chinese_or_korean(text.encode("cp949"))[0] == "cp949"


@pytest.mark.parametrize("text", [KOREAN, KOREAN + " 뷁 똠방각하", KOREAN + " (美)", f"text,label\n{KOREAN},“좋음”\n"])
def test_korean_sentences_are_told_from_chinese_ones(text: str) -> None:
    assert chinese_or_korean(text.encode("cp949"))[0] == "cp949"


@pytest.mark.parametrize("text", [CHINESE, "姓名,城市\n" + "王伟,北京\n李娜,上海\n" * 20])
def test_chinese_sentences_are_told_from_korean_ones(text: str) -> None:
    assert chinese_or_korean(text.encode("gb18030")) == ("gb18030",)


@pytest.mark.parametrize("text", ["", "plain", "Köln groß Münster mäßig", "naïve café, œuvre"])
def test_other_bytes_are_neither(text: str) -> None:
    assert chinese_or_korean(text.encode("cp1252")) == ()


ACCENTS = "El niño comió piñón y açaí; la señora también pidió jamón."


@pytest.mark.parametrize(("text", "encoding"), [(CHINESE, "gb18030"), (KOREAN, "cp949")])
def test_no_part_of_a_sentence_in_another_encoding_is_taken_for_utf_8_with_slips(text: str, encoding: str) -> None:
    parts = [text[start:end] for start in range(len(text)) for end in range(start + 4, len(text) + 1)]
    assert not any(nearly_utf_8(part.encode(encoding)) for part in parts)


@pytest.mark.parametrize("text", ["", "plain", "Köln groß Münster mäßig", "naïve café, œuvre"])
def test_windows_text_is_not_taken_for_utf_8_with_slips(text: str) -> None:
    assert not nearly_utf_8(text.encode("cp1252"))


def test_a_slip_into_another_encoding_leaves_the_rest_of_a_text_as_it_is() -> None:
    raw = ACCENTS.encode() + " “À bientôt”".encode("cp1252")
    assert nearly_utf_8(raw)
    assert raw.decode(MENDED) == ACCENTS + " “À bientôt”"


@given(st.text(), st.binary(max_size=4), st.integers(1, 7))
def test_a_mended_text_may_be_read_in_pieces(text: str, slip: bytes, piece: int) -> None:
    raw = text.encode("utf-8", "ignore") + slip + text.encode("utf-8", "ignore")
    pieces = [raw[start : start + piece] for start in range(0, len(raw), piece)]
    assert "".join(codecs.iterdecode(pieces, MENDED)) == raw.decode(MENDED)
