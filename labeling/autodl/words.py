"""Texts as lists of words, the way of the AutoDL challenge; Chinese, Japanese and Korean by their characters."""

from __future__ import annotations

import re
from collections.abc import Iterable

WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
PIECES = re.compile(rf"[{WIDE}]|[^\s{WIDE}]+")


def words_of(text: str) -> list[str]:
    """Return a text's words.

    >>> words_of("not bad,  东京")
    ['not', 'bad,', '东', '京']
    """
    return PIECES.findall(text)


def joined(words: Iterable[str]) -> str:
    """Return words as a text, with a space between them but not between wide characters.

    >>> joined(["not", "bad,", "东", "京"])
    'not bad, 东京'
    """
    text = ""
    for word in words:
        between = "" if not text or (_is_wide(text[-1]) and _is_wide(word[:1])) else " "
        text += between + word
    return text


def _is_wide(letter: str) -> bool:
    return bool(letter) and re.match(f"[{WIDE}]", letter) is not None
