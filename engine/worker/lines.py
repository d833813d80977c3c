"""What is said between processes: JSON objects, one a line."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import IO, Any


def said(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield what a child says until it ends; a line that is no JSON object, torn as it was killed, is its end too."""
    for line in iter(stream.readline, b""):  # reads no further than the line: bytes may follow it
        try:
            message = json.loads(line)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        yield message


def say(stream: IO[bytes] | None, message: object) -> bool:
    """Say something to a child; return whether it can still be listening."""
    assert stream is not None
    line = json.dumps(message).encode() + b"\n"
    try:
        stream.write(line)
        stream.flush()
    except (OSError, ValueError):  # it has ended (Windows says EINVAL of that), or its pipe was closed here
        return False
    return True


def hang_up(stream: IO[bytes] | None) -> None:
    """Close the pipe to a child, ended or not."""
    if stream is not None:
        with contextlib.suppress(OSError):  # what it was last told and did not hear
            stream.close()
