"""What is said between processes is whole lines, and neither side minds the other's end."""

from __future__ import annotations

import io

import pytest

from engine.worker.lines import said


@pytest.mark.parametrize("torn", [b'{"id": 1, "ans', b"\xff\xfe\n", b"17\n"])
def test_a_torn_line_is_the_end(torn: bytes) -> None:
    assert list(said(io.BytesIO(b'{"id": 0}\n' + torn))) == [{"id": 0}]


def test_bytes_that_follow_a_line_are_left_to_the_reader() -> None:
    stream = io.BytesIO(b'{"bytes": 3}\nabc{"done": true}\n')
    told = said(stream)
    assert next(told) == {"bytes": 3}
    assert stream.read(3) == b"abc"
    assert list(told) == [{"done": True}]
