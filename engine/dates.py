"""How tables write dates, as patterns and in words. No polars here: exported models read tables the same way."""

from __future__ import annotations

FIRST_FORMAT = "%Y-%m-%d"  # of a column of dates that names no other
_PARTS = {"%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second", "T": " "}


def date_words(pattern: str) -> str:
    """Return a pattern of dates in words; the first one where none is said.

    >>> date_words("%d/%m/%Y %H:%M")
    'day/month/year hour:minute'
    """
    words = pattern or FIRST_FORMAT
    for sign, word in _PARTS.items():
        words = words.replace(sign, word)
    return words
