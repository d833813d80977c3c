"""One cell of a row that somebody typed, as the model reads it. No polars here: exported models read rows the same way.

A missing cell is ``None``, a float that is no number, or one of the words that say so in a table, blank among them.
"""

from __future__ import annotations

import datetime
from typing import Any

from engine.dates import EARLIEST_YEAR
from engine.errors import DataError
from engine.separated import is_missing

_EPOCH = datetime.datetime(1970, 1, 1)
_DAY = 86_400.0
_EXACT = 2.0**53  # below, a float tells every whole number


def as_number(name: str, value: Any) -> float | None:
    """Return the number in a cell of the column ``name``, None where it is missing.

    Raises:
        DataError: it holds no number.
    """
    if is_missing(value):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{name!r} takes a number, but got {_short(value)}. Leave it empty if unknown.") from error


def as_days(name: str, value: Any) -> float | None:
    """Return the days since 1970-01-01 that a cell means, itself where it is a number, None where it is missing.

    Raises:
        DataError: it holds no date.
    """
    if is_missing(value):
        return None
    try:
        if isinstance(value, int | float):
            return float(value)
        moment = datetime.datetime.fromisoformat(str(value).strip())
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
        if moment.year < EARLIEST_YEAR:
            raise ValueError(moment)
    except (ValueError, OverflowError) as error:
        raise DataError(
            f"{name!r} takes a date such as 2024-05-31, but got {_short(value)}. Leave it empty if unknown."
        ) from error
    return (moment - _EPOCH).total_seconds() / _DAY


def as_words(name: str, value: Any) -> str | None:
    """Return the text in a cell as it is learned from, None where it is missing.

    Raises:
        DataError: it is no Unicode.
    """
    if is_missing(value):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    words = str(value).strip()
    if not words.isascii():
        try:
            words.encode("utf-8")
        except UnicodeEncodeError as error:
            raise DataError(f"{name!r} takes a text, but got half a character. Write it anew.") from error
    return words


def _short(value: object) -> str:
    if isinstance(value, int) and abs(value) >= 10**100:
        return "a number of many digits"
    if not isinstance(value, int | float | str):
        return f"a {type(value).__name__}"
    return repr(value) if len(str(value)) <= 100 else f"{str(value)[:100]!r}…"
