"""How tables write dates, as patterns and in words. No polars here: exported models read tables the same way."""

from __future__ import annotations

FIRST_FORMAT = "%Y-%m-%d"  # of a column of dates that names no other
EARLIEST_YEAR, LATEST_YEAR = 1000, 9999  # others are slips, or stand for no date at all
_PARTS = {"%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second", "T": " "}
_DAY, _TIME = ("%Y", "%m", "%d"), ("%H", "%M", "%S")
_FRACTION = r"(?:\.(?P<fraction>[0-9]+))?"
_ZONE = r"(?: ?(?:Z|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3])(?::?(?P<minutes>[0-5][0-9]))?))?"


def is_pattern(pattern: str) -> bool:
    """Return whether a pattern tells a day: its year, month and day once each, and no part of a time more than once.

    >>> is_pattern("%d/%m/%Y %H:%M"), is_pattern("%m/%Y"), is_pattern("%Y-%m-%d %Y")
    (True, False, False)
    """
    return all(pattern.count(part) == 1 for part in _DAY) and all(pattern.count(part) <= 1 for part in _TIME)


def behind(pattern: str) -> str:
    """Return a regular expression of what may stand behind a date: fractions of its seconds and a zone, or nothing.

    Its groups are ``fraction``, where there are seconds, ``sign``, ``hours`` and ``minutes``.

    >>> behind("%d/%m/%Y")
    ''
    """
    if "%M" not in pattern:
        return ""
    return _FRACTION + _ZONE if pattern.endswith("%S") else _ZONE


def date_words(pattern: str) -> str:
    """Return a pattern of dates in words; the first one where none is said.

    >>> date_words("%d/%m/%Y %H:%M")
    'day/month/year hour:minute'
    """
    words = pattern or FIRST_FORMAT
    for sign, word in _PARTS.items():
        words = words.replace(sign, word)
    return words
