"""Rows and values of tables as a person reads and types them."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.task import ColumnType

SHOWN_DIGITS = 10
_EPOCH = datetime(1970, 1, 1)


def as_text(value: object, kind: ColumnType | None, digits: int = 15) -> str:
    """Return a stored value as a person would type it, with so many ``digits``; a missing one is empty.

    >>> as_text(19874.0, ColumnType.DATE), as_text(3.0, ColumnType.NUMBER), as_text(None, ColumnType.CATEGORY)
    ('2024-05-31', '3', '')
    """
    if value is None:
        return ""
    if kind is ColumnType.DATE and isinstance(value, float):
        try:
            moment = _EPOCH + timedelta(days=value)
        except (OverflowError, ValueError):
            return f"{value:.{digits}g}"
        return moment.date().isoformat() if value.is_integer() else moment.isoformat(timespec="seconds")
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return str(value)


def row_name(sample_id: str) -> str:
    """Return what a person calls a row of a table, counted from 1 in its file.

    >>> row_name("0"), row_name("more.csv/40")
    ('Row 1', 'Row 41 of more.csv')
    """
    file, _, number = sample_id.rpartition("/")
    if not number.isdecimal():
        return f"Row {sample_id}"
    return f"Row {int(number) + 1}{f' of {file}' if file else ''}"
