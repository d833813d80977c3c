"""JSON from strangers: its depth and its number of values are known before anything is built from it."""

from __future__ import annotations

import json
import re
from typing import Any

from exporters.server.refused import Refused
from exporters.server.settings import Limits

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_MARKS = b'[]{},"'
_REST = bytes(set(range(256)) - set(_MARKS))


def parse_json(raw: bytes, limits: Limits) -> Any:
    """Return the value that ``raw`` holds.

    Raises:
        Refused: it is no JSON (400), too deep (400), of too many values (413), or holds half a character (400).
    """
    try:
        text = raw.decode("utf-8-sig")  # json would also take UTF-16, whose marks are not counted, and half characters
        _check_marks(_marks(raw), limits)
        value = json.loads(text)
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise Refused(400, "The JSON holds characters that are not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused(400, f"The request is not valid JSON{where}.") from error
    return value


def _marks(raw: bytes) -> bytes:
    """Return the brackets and commas outside of strings."""
    plain = _ESCAPE.sub(b"", raw) if b"\\" in raw else raw
    return _STRING.sub(b"", plain.translate(None, _REST))


def _check_marks(marks: bytes, limits: Limits) -> None:
    if marks.count(b",") + marks.count(b"[") + marks.count(b"{") > limits.json_elements:
        raise Refused(413, f"The JSON holds more than {limits.json_elements:,} values. Send less at once.")
    depth = deepest = 0
    for mark in marks.replace(b",", b""):
        depth += 1 if mark in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > limits.json_depth:
        raise Refused(400, f"The JSON is nested more than {limits.json_depth} levels deep.")
