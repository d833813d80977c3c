"""What is said between processes is whole lines, and neither side minds the other's end."""

from __future__ import annotations

import errno
import io

import pytest
from typing_extensions import override

from engine.worker.lines import hang_up, said, say


@pytest.mark.parametrize("torn", [b'{"id": 1, "ans', b"\xff\xfe\n", b"17\n"])
def test_a_torn_line_is_the_end(torn: bytes) -> None:
    assert list(said(io.BytesIO(b'{"id": 0}\n' + torn))) == [{"id": 0}]


def test_bytes_that_follow_a_line_are_left_to_the_reader() -> None:
    stream = io.BytesIO(b'{"bytes": 3}\nabc{"done": true}\n')
    told = said(stream)
    assert next(told) == {"bytes": 3}
    assert stream.read(3) == b"abc"
    assert list(told) == [{"done": True}]


class Ended(io.BytesIO):
    """The pipe to a child that has ended, as Windows has it."""

    @override
    def flush(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    @override
    def close(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")


def test_nobody_minds_that_a_child_has_ended() -> None:
    assert not say(Ended(), {"do": "open"})
    hang_up(Ended())
    closed = io.BytesIO()
    closed.close()
    assert not say(closed, {"do": "open"})
    hang_up(closed)


def test_what_is_said_is_a_line() -> None:
    stream = io.BytesIO()
    assert say(stream, {"do": "open"})
    assert stream.getvalue() == b'{"do": "open"}\n'
