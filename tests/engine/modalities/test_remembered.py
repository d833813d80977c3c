"""What was read once is kept as long as there is room."""

from __future__ import annotations

import pytest

from engine.modalities.remembered import Remembered


def counting(room: int) -> tuple[Remembered[str, str], list[str]]:
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        if name == "torn":
            raise OSError(name)
        return name * 2

    return Remembered(read, len, room), asked


def test_what_fits_is_read_once() -> None:
    known, asked = counting(room=6)
    assert [known.get(name) for name in ("abc", "abc", "d", "d")] == ["abcabc", "abcabc", "dd", "dd"]
    assert asked == ["abc", "d", "d"]


def test_after_letting_go_nothing_more_is_kept() -> None:
    known, asked = counting(room=100)
    known.get("a")
    known.forget()
    assert [known.get("a"), known.get("a")] == ["aa", "aa"]
    assert asked == ["a", "a", "a"]


def test_what_cannot_be_read_is_tried_again() -> None:
    known, asked = counting(room=100)
    for _ in range(2):
        with pytest.raises(OSError, match="torn"):
            known.get("torn")
    assert asked == ["torn", "torn"]
