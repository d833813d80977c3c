from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.modalities.text.decode import MAX_BYTES, decode, read_in_part, read_text

CHINESE = "这家餐厅的味道很好，送餐也很快。下次还会再来！"
KOREAN = "이 식당은 음식이 정말 맛있고 직원들도 친절해서 다음 주에 꼭 다시 가고 싶어요."
WESTERN = "Le café était fermé; «naïve» coûte 5 € à Zürich."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_chinese_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding)) == CHINESE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp949", "euc_kr"])
def test_korean_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert decode(KOREAN.encode(encoding)) == KOREAN


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_western_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert decode(WESTERN.encode(encoding)) == WESTERN


def test_two_encodings_in_one_file_are_both_read() -> None:
    assert decode("über 😀 ".encode() + "café".encode("cp1252")) == "über 😀 café"


def test_one_slip_does_not_turn_the_accents_of_a_text_into_chinese() -> None:
    text = "La señora comió piñones; il a été très déçu. "
    assert decode(text.encode() + "café".encode("cp1252")) == text + "café"


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(raw: bytes) -> None:
    assert decode(raw) == decode(raw)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=100))
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text


def test_of_a_long_file_a_megabyte_is_read_and_no_half_character(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("好" * MAX_BYTES, encoding="utf-8")
    assert read_text(path) == "好" * (MAX_BYTES // 3)


@pytest.mark.parametrize(("length", "in_part"), [(MAX_BYTES, False), (MAX_BYTES + 1, True)])
def test_a_file_that_is_read_in_part_is_known_by_its_length(tmp_path: Path, length: int, in_part: bool) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * length)
    assert read_in_part(tmp_path / "a.txt") == in_part
    assert len(read_text(tmp_path / "a.txt")) == MAX_BYTES
    assert not read_in_part(tmp_path / "absent.txt")


def test_an_empty_file_is_an_empty_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    assert read_text(tmp_path / "a.txt") == ""


def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(32)) * 50)
    with pytest.raises(DataError, match=r"a\.txt holds no text"):
        read_text(tmp_path / "a.txt")
    with pytest.raises(DataError, match="no longer where it was"):
        read_text(tmp_path / "gone.txt")
