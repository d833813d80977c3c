"""Known values of a category under the other spellings that programs give them: ``true`` as ``True``, 1 as ``1.0``.

Who writes a CSV decides how truth and whole numbers look in it: pandas writes ``True``, a sheet ``TRUE``, and a column
of whole numbers with a gap becomes ``1.0``. JSON says ``true`` and ``1``. These are one value, and not an unknown one.
Other numbers stay as they are: version 1.10 is not version 1.1, and code 007 is not code 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_FLAGS = ("true", "false")
_WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,15})(\.0+)?")  # as far as a float tells every whole number


@lru_cache(maxsize=4096)  # asked for with every row, one column after the other
def codes_of(values: tuple[str, ...]) -> Mapping[str, int]:
    """Return the code of each known value, which is its place, and of each other spelling that means it alone."""
    known = {value: code for code, value in enumerate(values)}
    meant: dict[str, list[int]] = {}
    for code, value in enumerate(values):
        for word in _spellings(value):
            meant.setdefault(word, []).append(code)
    others = {word: codes[0] for word, codes in meant.items() if len(codes) == 1 and word not in known}
    return known | others


def _spellings(value: str) -> Iterator[str]:
    """Yield the usual spellings of a value, itself among them or not; none where it has only its own."""
    small = value.lower()
    if small in _FLAGS:
        yield from (small, small.capitalize(), small.upper())
    elif whole := _WHOLE.fullmatch(value):
        yield from (whole[1], f"{whole[1]}.0")
