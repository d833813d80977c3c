"""Protocol buffer messages as text (``metadata.textproto``): named fields, each a value or a message in braces.

Of https://protobuf.dev/reference/protobuf/textformat-spec this reads what such files hold: numbers, words, quoted
texts, messages, lists in brackets, and comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Message = dict[str, list[Any]]

MOST_DEPTH = 10
TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<word>[A-Za-z_][\w.]*)"""
    r"""|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?f?)|(?P<sign>[{}<>\[\]:;,-])"""
)
ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


class TextError(ValueError):
    """Text that is no such message."""


def parsed(text: str) -> Message:
    """Return a message: every field a list, since each may be repeated; words and texts as str, numbers as float.

    Raises:
        TextError: it is none, or too deeply nested.
    """
    return _Parser(text).message("", 0)


def quoted(text: str) -> str:
    """Return a text in quotation marks, its UTF-8 bytes escaped where they are not plain ASCII."""
    shown = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in text.encode())
    return '"' + "".join(shown) + '"'


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens, ("", ""))

    def message(self, closing: str, depth: int) -> Message:
        if depth > MOST_DEPTH:
            raise TextError("it is nested too deeply")
        found: Message = {}
        while self._next[1] != closing or self._next[0] == "text":
            kind, name = self._take()
            if kind != "word":
                raise TextError(f"“{name[:40]}” stands where a field should" if kind else "it is cut off")
            self._skip(":")
            found.setdefault(name, []).extend(self._values(depth))
            self._skip(",", ";")
        self._take()
        return found

    def _values(self, depth: int) -> list[Any]:
        if not self._skip("["):
            return [self._value(depth)]
        values: list[Any] = []
        while not self._skip("]"):
            values.append(self._value(depth))
            self._skip(",")
        return values

    def _value(self, depth: int) -> Any:
        kind, value = self._take()
        if kind == "sign" and value in "{<":
            return self.message("}" if value == "{" else ">", depth + 1)
        if kind == "text":
            texts = [value]
            while self._next[0] == "text":
                texts.append(self._take()[1])
            return "".join(map(_unquoted, texts))
        if kind == "number":
            return float(value.rstrip("f"))
        if kind == "word":
            return value
        raise TextError(f"“{value}” stands where a value should" if kind else "it is cut off")

    def _take(self) -> tuple[str, str]:
        taken, self._next = self._next, next(self._tokens, ("", ""))
        return taken

    def _skip(self, *signs: str) -> bool:
        if self._next[0] == "sign" and self._next[1] in signs:
            self._take()
            return True
        return False


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise TextError(f"“{text[at : at + 20]}” cannot be read")
        at = found.end()
        if found.lastgroup is not None:
            yield found.lastgroup, found.group()


def _unquoted(token: str) -> str:
    return ESCAPE.sub(_escape, token[1:-1].encode()).decode("utf-8", "replace")


def _escape(found: re.Match[bytes]) -> bytes:
    digits, octal, letter = found.groups()
    if digits:
        return bytes([int(digits, 16)])
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    return PLAIN.get(letter, letter)
