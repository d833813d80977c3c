from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.annotations import documents
from labeling.annotations.documents import is_json_with, name_of, number, read_json, read_text, read_xml, size_of
from labeling.errors import ImportRefused

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


@given(ANYTHING)
def test_names_are_one_line_of_what_can_be_written(value: object) -> None:
    name = name_of(value)
    assert name == name.strip() and "\n" not in name
    name.encode("utf-8")


@given(ANYTHING, ANYTHING)
def test_numbers_and_sizes_never_raise(width: object, height: object) -> None:
    assert isinstance(number(width), float)
    size = size_of(width, height)
    assert size is None or (size[0] >= 1 and size[1] >= 1)


def test_booleans_and_nothing_are_no_numbers() -> None:
    assert math.isnan(number(True)) and math.isnan(number(None)) and math.isnan(number("a"))
    assert (number("2.5"), number(3)) == (2.5, 3.0)
    assert math.isnan(number(10**400)) and size_of(10**400, 5) is None


def test_old_encodings_are_read(tmp_path: Path) -> None:
    (tmp_path / "marked.txt").write_bytes(b"\xef\xbb\xbfM\xc3\xbcller")
    (tmp_path / "latin.txt").write_bytes(b"M\xfcller")
    assert read_text(tmp_path / "marked.txt") == read_text(tmp_path / "latin.txt") == "Müller"


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("猫\n狗\n", "utf-16"),
        ("猫\n狗\n", "gb18030"),
        ("고양이와 강아지\n새들과 물고기\n나무하고 꽃그리고 풀밭\n", "cp949"),
    ],
)
def test_other_alphabets_are_read(tmp_path: Path, names: str, encoding: str) -> None:
    (tmp_path / "classes.txt").write_bytes(names.encode(encoding))
    assert read_text(tmp_path / "classes.txt") == names


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("gb2312", "gb2312"),
        ("GBK", "gbk"),
        ("utf-8", "utf-8"),
        ("gb2312", "utf-8-sig"),
        ("ISO-8859-1", "utf-8"),
        ("x-nothing", "gbk"),
        ("UTF-16", "utf-16"),
    ],
)
def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path: Path, declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><annotation><name>狗</name></annotation>'
    (tmp_path / "a.xml").write_bytes(text.encode(encoding))
    assert read_xml(tmp_path / "a.xml").findtext("name") == "狗"


def test_xml_of_one_byte_a_letter_is_read_as_it_declares(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><annotation><name>кот</name></annotation>'
    (tmp_path / "a.xml").write_bytes(text.encode("windows-1251"))
    assert read_xml(tmp_path / "a.xml").findtext("name") == "кот"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": }'])
def test_broken_json_is_refused_by_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ImportRefused, match=r"a\.json"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("text", ["", "<a>", "no xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'])
def test_broken_or_hostile_xml_is_refused_by_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(ImportRefused, match=r"a\.xml"):
        read_xml(tmp_path / "a.xml")


def test_files_that_are_too_large_or_gone_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_XML_BYTES", 10)
    (tmp_path / "a.xml").write_text("<annotation/>")
    with pytest.raises(ImportRefused, match="the limit is"):
        read_xml(tmp_path / "a.xml")
    with pytest.raises(ImportRefused, match="could not be read"):
        read_text(tmp_path / "gone.txt")
    assert not is_json_with(tmp_path / "gone.json", b"{")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ('{"a": 1, "c": 2}', True),
        ('\ufeff  {"b" : 1, "c":2}', True),
        ('{"a": "' + "x" * 200_000 + '", "c": "' + "y" * 200_000 + '"}', True),
        ('{"z": "a", "a"\n: 1, "c": 1}', True),
        ('{"z": "a", "c": 1}', False),
        ('[{"a": 1, "c": 1}]', False),
        ("", False),
    ],
)
def test_keys_are_found_wherever_they_are_but_not_among_the_values(tmp_path: Path, text: str, there: bool) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert is_json_with(tmp_path / "a.json", b"{", ("a", "b"), ("c",)) is there


@pytest.mark.parametrize(("text", "there"), [('{"z": "a", "a": 1, "c": 1}', True), ('{"z": "a", "c": 1}', False)])
def test_keys_are_found_on_a_drive_that_maps_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, there: bool
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr("mmap.mmap", refuse)
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert is_json_with(tmp_path / "a.json", b"{", ("a", "b"), ("c",)) is there
