"""A CSV or TSV table as rows, each cell typed as the studio typed those of the table the model learned from.

Cells that say "missing" in one of the usual ways are None; of a column of numbers or dates, so is what is none.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from engine.dates import EARLIEST_YEAR, FIRST_FORMAT, LATEST_YEAR, behind
from engine.separated import (
    BEFORE_DECIMALS,
    MAX_FIELD,
    MISSING,
    SNIFFED_BYTES,
    Layout,
    encoding_of,
    layout_of,
    looks_binary,
    settled,
)
from engine.task import Column, ColumnType
from engine.wording import unread
from exporters.standalone.errors import TooManyRows, Unreadable

MAX_ROWS = 1_000_000
MAX_COLUMNS = 20_000

_BLANK = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# nothing is given back once it is taken: a cell of a million digits must not be tried a million times
_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}+(?:,[0-9]{3})++(?:\.[0-9]++)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}+(?:\.[0-9]{3})++|[0-9]*+),[0-9]++(?:[eE][+-]?[0-9]++)?")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_YEAR = r"[+-][0-9]{1,9}+|[0-9]{1,4}+"
_SMALL = r"[0-9]{1,2}+"
# as the studio's reader takes them: blanks may stand before a number, and any or none for a blank; a number gives none
# of its digits to the next, or 2024-05-12:30 would be half past two on the first of May
_PARTS = {
    "%Y": rf"[{_BLANK}]*+(?P<year>{_YEAR})",
    "%m": rf"[{_BLANK}]*+(?P<month>{_SMALL})",
    "%d": rf"[{_BLANK}]*+(?P<day>{_SMALL})",
    "%H": rf"[{_BLANK}]*+(?P<hour>{_SMALL})",
    "%M": rf"[{_BLANK}]*+(?P<minute>{_SMALL})",
    "%S": rf"[{_BLANK}]*+(?P<second>{_SMALL})",
    " ": rf"[{_BLANK}]*+",
}
_EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
_DAYS_A_MICROSECOND = 1.0 / 86_400_000_000


def rows_of(
    raw: bytes, columns: Sequence[Column], most: int | None = None, tell: Callable[[str], None] = lambda sentence: None
) -> list[Mapping[str, object]]:
    """Return the rows of a table as :func:`each_row` yields them; raises as that does."""
    return list(each_row(raw, columns, most, tell))


def each_row(
    raw: bytes, columns: Sequence[Column], most: int | None = None, tell: Callable[[str], None] = lambda sentence: None
) -> Iterator[Mapping[str, object]]:
    """Yield the rows of a table in the model's columns, as far as it has them; other columns are passed over.

    No row is held: they take many times what they do as text. Reading ends at the first row above ``most``
    (:data:`MAX_ROWS` where none is said). ``tell`` hears at the end of columns of numbers or dates in which something
    else counts as missing.

    Raises:
        TooManyRows: it has more rows than that.
        Unreadable: it is no table, has none of the columns, or is too large.
    """
    text, layout = _opened(raw)
    if len(layout.names) > MAX_COLUMNS:
        raise Unreadable(f"The table has {len(layout.names):,} columns; the limit is {MAX_COLUMNS:,}. Send fewer.")
    limit = MAX_ROWS if most is None else most
    quoted = layout.quoted and '"' in text and _is_closed(text, layout.delimiter, limit)
    yield from _rows(_bounded(_parsed(text, layout.delimiter, quoted)), layout, columns, limit, tell)


def _is_closed(text: str, delimiter: str, most: int) -> bool:
    """Return whether quotation marks can be believed: one that is never closed would take in all that follows."""
    rows = (cells for cells in _parsed(text, delimiter, quoted=True) if any(cells))
    try:
        for _ in islice(rows, most + 2):  # a header and one too many
            pass
    except csv.Error:
        return False
    return True


def _bounded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for cells in rows:
        if any(len(cell) > MAX_FIELD for cell in cells):
            raise Unreadable(f"A cell of the table has more than {MAX_FIELD:,} characters. Shorten it.")
        yield cells


@dataclass(slots=True)
class _Lost:
    """The first cell of a column that is not what the column takes, and how many there are."""

    example: str
    cells: int = 0


def _rows(
    rows: Iterator[list[str]], layout: Layout, columns: Sequence[Column], most: int, tell: Callable[[str], None]
) -> Iterator[Mapping[str, object]]:
    first = next(rows, [])
    layout = settled(layout, first, [column.name for column in columns])
    places = {name: place for place, name in enumerate(layout.names)}
    present = {column: places[name] for column in columns if (name := _as_header(column.name)) in places}
    if not present:
        wanted = ", ".join(column.name for column in columns[:20])
        raise Unreadable(f"The table has none of the columns that the model looks at. It looks at: {wanted}.")
    found = 0
    lost: dict[Column, _Lost] = {}
    for cells in rows if layout.header else chain([first], rows):
        if not any(cells):
            continue
        if found >= most:
            raise TooManyRows(f"The table has more than {most:,} rows. Send it in parts.")
        found += 1
        row: dict[str, object] = {}
        for column, place in present.items():
            cell = _at(cells, place)
            row[column.name] = value = _typed(column, cell, layout)
            if value is None and (said := cell.strip(_BLANK)) not in MISSING:
                lost.setdefault(column, _Lost(said)).cells += 1
        yield row
    if not found:
        raise Unreadable("The table has a header but no rows. Send a table with a row for each question.")
    for sentence in unread([(column, mine.cells, mine.example) for column, mine in lost.items()], found):
        tell(sentence)


def _as_header(name: str) -> str:
    """Return a column's name as one is read from a header."""
    return " ".join(name.split())


def _opened(raw: bytes) -> tuple[str, Layout]:
    """Return the text of a table, line ends as the studio leaves them, and how it is written."""
    if not raw.strip():
        raise Unreadable("The table is empty. Send a CSV with a line of column names and a row for each question.")
    head = raw[:SNIFFED_BYTES]
    encoding = encoding_of(head, lambda name: _decodes(raw, name))
    start = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    if looks_binary(start):
        raise Unreadable("This is not a text table: it holds binary data. Send the table as CSV.")
    start = start.replace("\0", "")
    layout = layout_of(start, whole=len(head) < SNIFFED_BYTES)
    if layout is None:
        raise Unreadable("The table holds no rows. Send a table with a row for each question.")
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        raise Unreadable(f"The table starts as {encoding} text but has bytes that mean nothing in it.") from error
    plain = encoding == "utf-8" and "\0" not in text[: len(start)] and start[:1].strip()
    if not plain or ("\r" in start and "\n" not in start):
        text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    return text, layout


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str, delimiter: str, quoted: bool) -> Iterator[list[str]]:
    """Yield rows but blank lines; a carriage return alone ends none, though the csv module takes it for an end."""
    stand_in = _stand_in(text) if _LONE_RETURN.search(text) else ""
    lines = io.StringIO(_LONE_RETURN.sub(stand_in, text) if stand_in else text, newline="")
    if quoted:
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
    else:
        rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    for row in rows:
        if row:
            yield [cell.replace(stand_in, "\r") for cell in row] if stand_in else row


def _stand_in(text: str) -> str:
    """Return a sign that is not in the text, of those that no text should have."""
    for sign in map(chr, range(0xFDD0, 0xFDF0)):
        if sign not in text:
            return sign
    raise Unreadable(
        "The table holds signs that stand for nothing (U+FDD0 to U+FDEF). Take them out and send it again."
    )


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _typed(column: Column, cell: str, layout: Layout) -> float | str | None:
    trimmed = cell.strip(_BLANK)
    if column.type is ColumnType.NUMBER:
        told = layout.decimal_comma
        return number_in(trimmed, column.format == BEFORE_DECIMALS if told is None else told)
    if column.type is ColumnType.DATE:
        return days_in(trimmed, column.format or FIRST_FORMAT)
    return None if trimmed in MISSING else trimmed


def number_in(cell: str, decimal_comma: bool) -> float | None:
    """Return the finite number that a cell writes, None where it writes none."""
    if "," in cell:
        if not (_DECIMAL_COMMA if decimal_comma else _THOUSANDS).fullmatch(cell):
            return None
        cell = cell.replace(".", "").replace(",", ".") if decimal_comma else cell.replace(",", "")
    if not _NUMBER.fullmatch(cell):
        return None
    value = float(cell)
    return value if math.isfinite(value) else None


def days_in(cell: str, pattern: str) -> float | None:
    """Return the days since 1970-01-01 in UTC of a date that follows ``pattern``, None where the cell does not."""
    match = _expression(pattern).fullmatch(cell)
    if match is None:
        return None
    said = match.groupdict()
    year, month, day = int(said["year"]), int(said["month"]), int(said["day"])
    hour, minute, second = (int(said.get(part) or 0) for part in ("hour", "minute", "second"))
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or hour > 23 or minute > 59 or second > 60:  # a leap second is the next
        return None
    try:
        days = datetime.date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        return None
    ahead = 60 * int(said.get("hours") or 0) + int(said.get("minutes") or 0)
    minutes = hour * 60 + minute - (-ahead if said.get("sign") == "-" else ahead)
    fraction = int((said.get("fraction") or "")[:6].ljust(6, "0"))
    microseconds = (days * 86_400 + minutes * 60 + second) * 1_000_000 + fraction
    return float(microseconds) * _DAYS_A_MICROSECOND


@lru_cache(maxsize=64)
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(%[YmdHMS]| )", pattern)
    return re.compile("".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces) + behind(pattern))
