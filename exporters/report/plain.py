"""Strings from outside made fit to be shown: no letter that hides, turns or breaks what stands around it."""

from __future__ import annotations

import unicodedata

_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_NAMELESS = "(empty)"


def shown(text: str) -> str:
    r"""Return ``text`` on one line, with control letters as the signs for them.

    >>> shown("a\nb"), shown(""), shown("x\u202ey")
    ('a␊b', '(empty)', 'x⟨U+202E⟩y')
    """
    return "".join(_letter(letter) for letter in text) or _NAMELESS


def _letter(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code in _TURNING:
        return f"⟨U+{code:04X}⟩"
    if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp"):
        return "�"
    return letter


def shortened(text: str, most: int) -> str:
    """Return ``text`` with its middle left out where it is longer than ``most`` letters.

    >>> shortened("abcdefghij", 7)
    'abc…hij'
    """
    if len(text) <= most:
        return text
    head = most // 2
    return f"{text[:head]}…{text[len(text) - (most - head - 1) :]}"


def excerpt(text: str, most: int) -> str:
    """Return the beginning of ``text`` on one line.

    >>> excerpt("one  two three", 8)
    'one two…'
    """
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
