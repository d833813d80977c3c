"""How a text table is written: encoding, separator, quotes, header. Judged by its text alone, wherever that came from.

No polars here: exported models read tables the same way.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.encodings import MENDED, chinese_or_korean, nearly_utf_8

DELIMITERS = (",", ";", "\t", "|")
SNIFFED_BYTES = 1 << 18
SNIFFED_ROWS = 200
MAX_FIELD = 1 << 20
csv.field_size_limit(2**31 - 1)  # one for all threads, so nobody changes it: who reads looks how long cells are
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?")
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)*|[.,]\d+)([eE][+-]?\d+)?%?")
BEFORE_DECIMALS = ","  # the format of a column of numbers that are written so
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
THOUSANDS = re.compile(  # a number whose commas can only stand between them
    r"[+-]?\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|(?:,\d{3})+\.\d+)"
)
NO_THOUSANDS = re.compile(  # a number with a comma that cannot stand between thousands
    r"[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|(?![1-9]\d{0,2},\d{3}\Z)\d*,\d+)(?:[eE][+-]?\d+)?"
)
_NAMING_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_FEWEST_EVEN = 4  # numbers at even distances that name columns
_FEWEST_BESIDE_A_NAME = 3  # of them, where a word names a column of numbers
_FEWEST_RISING = 8  # where the distances differ
_FEWEST_BELOW = 5  # rows that are unlike them
_MOSTLY = 0.75
_ROWS_COMPARED = 20
_LONG = 10_000  # characters of a cell


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a text table are written.

    Attributes:
        delimiter: one of :data:`DELIMITERS`.
        quoted: whether ``"`` encloses values.
        header: whether the first row names the columns.
        names: a unique name for each column.
        repeated: names that several columns have.
        decimal_comma: whether ``1,5`` means one and a half; None where nothing in the table tells.
    """

    delimiter: str
    quoted: bool
    header: bool
    names: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    decimal_comma: bool | None = None


def is_missing(value: object) -> bool:
    """Return whether a cell says nothing, be it of a table or sent alone."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and value.strip() in MISSING)


def layout_of(text: str, whole: bool, known: Collection[str] = ()) -> Layout | None:
    """Return how the table that begins with ``text`` is written, None where there is no row in it.

    ``whole`` says whether that is all of it, so that its last row is complete; ``known`` are columns it should have.
    """
    delimiter, quoted, rows = _best_rows(text, whole)
    if not rows:
        return None
    header = _has_header(rows)
    given = rows[0] if header else []
    names = unique_names(given, _width(rows))
    comma = _has_decimal_comma(text, delimiter, rows[1:] if header else rows, whole)
    return settled(Layout(delimiter, quoted, header, names, repeated_names(given), comma), rows[0], known)


def settled(layout: Layout, first: list[str], known: Collection[str]) -> Layout:
    """Return the layout with the header that there must be, or without one, for ``known`` columns to be there.

    A first row of numbers may look like cells and yet name columns, or the reverse. Where columns are called by
    numbers, a row of cells may well hold some of these: a header holds all.
    """
    wanted, width = {" ".join(name.split()) for name in known}, len(layout.names)
    named, unnamed = unique_names(first, width), unique_names([], width)
    if wanted & set(layout.names):
        return layout
    if layout.header:
        of_numbers = 2 * sum(map(_is_number, first)) > len(first)
        return (
            replace(layout, header=False, names=unnamed, repeated=())
            if of_numbers and wanted & set(unnamed)
            else layout
        )
    found, numbers = wanted & set(named), {name for name in wanted if _is_number(name)}
    if not found or (found <= numbers and found != numbers):
        return layout
    return replace(layout, header=True, names=named, repeated=repeated_names(first))


def _has_decimal_comma(text: str, delimiter: str, rows: list[list[str]], whole: bool) -> bool | None:
    """Return whether commas in numbers stand before decimals; None where that cannot be told.

    Between ``;`` they do, and between commas they do not. Between tabs and bars the numbers tell, in columns that the
    first ``rows`` show to hold some.
    """
    if delimiter in ",;":
        return delimiter == ";"
    places = [place for place in range(_width(rows)) if _holds_numbers(rows, place)]
    lines = text.replace("\r", "\n").split("\n")
    decimals = thousands = 0
    for line in lines if whole else lines[:-1]:
        cells = line.split(delimiter)
        for cell in (cells[place].strip(' "') for place in places if place < len(cells)):
            if "," in cell:
                decimals += NO_THOUSANDS.fullmatch(cell) is not None
                thousands += THOUSANDS.fullmatch(cell) is not None
    return None if decimals == thousands else decimals > thousands


def _holds_numbers(rows: list[list[str]], place: int) -> bool:
    """Return whether nearly all cells of a column are numbers, however they are written."""
    cells = [row[place] for row in rows if place < len(row) and row[place] not in MISSING]
    return bool(cells) and sum(map(_is_number, cells)) > 0.8 * len(cells)


def encoding_of(head: bytes, decodes: Callable[[str], bool]) -> str:
    """Return the name of the codec for a table that begins with ``head``; ``decodes`` tries one on all of it."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    pairs = max(1, len(head) // 2)
    if head[1::2].count(0) > 0.7 * pairs:
        return "utf-16-le"
    if head[0::2].count(0) > 0.7 * pairs:
        return "utf-16-be"
    if decodes("utf-8"):
        return "utf-8"
    if nearly_utf_8(head):
        return MENDED
    for name in chinese_or_korean(head):
        if decodes(name):
            return name
    return "cp1252" if decodes("cp1252") else "latin-1"


def looks_binary(text: str) -> bool:
    """Return whether decoded bytes hold more control and replacement characters than any text does."""
    odd = sum(text.count(chr(code)) for code in range(9)) + text.count("\ufffd")
    return odd > max(8, 0.02 * len(text))


def unique_names(given: list[str], width: int) -> tuple[str, ...]:
    """Return ``width`` unique column names: blank ones numbered, repeated ones as ``name (2)``.

    A header one name short names the columns after the first, as R writes tables with row names.
    """
    if given and len(given) == width - 1:
        given = ["", *given]
    names: list[str] = []
    taken = set()
    repeats: dict[str, int] = {}  # how far each name was counted: a header may say one name a hundred thousand times
    for position in range(width):
        name = " ".join(given[position].split()) if position < len(given) else ""
        base = unused = name or f"column_{position + 1}"
        repeat = repeats.get(base, 1)
        while unused in taken:
            repeat += 1
            unused = f"{base} ({repeat})"
        repeats[base] = repeat
        taken.add(unused)
        names.append(unused)
    return tuple(names)


def repeated_names(given: list[str]) -> tuple[str, ...]:
    """Return the names that stand more than once in a header."""
    times = Counter(" ".join(name.split()) for name in given)
    return tuple(name for name, number in times.items() if name and number > 1)


def _best_rows(text: str, whole: bool) -> tuple[str, bool, list[list[str]]]:
    best: tuple[float, int] = (-1.0, 0)
    chosen: tuple[str, bool, list[list[str]]] = (",", True, [])
    for delimiter in DELIMITERS:
        rows = _rows(text, delimiter, quoted=True, whole=whole)
        score = _score(rows, delimiter)
        if score > best:
            best, chosen = score, (delimiter, True, rows)
    delimiter, _, rows = chosen
    if long := [cell for row in rows for cell in row if len(cell) > _LONG]:
        plain = _rows(text, delimiter, quoted=False, whole=whole)
        if any(_holds_rows(cell, delimiter, _width(plain), text) for cell in long):
            return delimiter, False, plain
    return chosen


def _holds_rows(cell: str, delimiter: str, width: int, text: str) -> bool:
    """Return whether a cell has taken in whole rows, as where its first quotation mark was not meant to enclose any.

    Other long cells are documents, whose lines do not nearly all hold as many separators as a row does. Where rows hold
    none, documents stand in the text as they are, with the marks in them doubled.
    """
    if width == 1:
        return "\n" in cell and cell.replace('"', '""') not in text
    lines = cell.splitlines()[1:-1]  # the first and the last may be parts of rows
    of_rows = sum(line.count(delimiter) == width - 1 for line in lines)
    return of_rows > 0.8 * len(lines)


def _rows(text: str, delimiter: str, quoted: bool, whole: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    for row in reader:
        if row:
            rows.append([cell.strip() for cell in row])
        if len(rows) > SNIFFED_ROWS:
            return rows
    return rows if whole or len(rows) < 2 else rows[:-1]


def _score(rows: list[list[str]], delimiter: str) -> tuple[float, int]:
    """Score a separator: rows of equal length, whose cells hold no other separator, but for those between tabs."""
    width = _width(rows)
    if width < 2:
        return (0.0, width)
    even = sum(len(row) == width for row in rows) / len(rows)
    if delimiter == "\t":
        return (even, width)
    others = [other for other in DELIMITERS if other != delimiter]
    cells = [cell for row in rows for cell in row]
    clean = sum(
        not any(other in cell for other in others) or DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells
    )
    return (even * (0.2 + 0.8 * clean / len(cells)), width)


def _width(rows: list[list[str]]) -> int:
    """Return the number of columns: the header's, unless most rows agree on more."""
    if not rows:
        return 0
    common, times = Counter(len(row) for row in rows[1:] or rows).most_common(1)[0]
    return max(common, len(rows[0])) if 2 * times > len(rows) - 1 else len(rows[0])


def _has_header(rows: list[list[str]]) -> bool:
    first, rest = rows[0], rows[1:]
    if not rest:
        return not all(_is_number(cell) for cell in first)
    votes = [_vote(cell, [row[place] for row in rest if place < len(row)]) for place, cell in enumerate(first)]
    of_words = [vote for cell, vote in zip(first, votes, strict=True) if not _is_number(cell)]
    if sum(votes) >= 0:
        return True
    if len(rest) < _FEWEST_BELOW or min(of_words, default=0) < 0:
        return False  # what a person types to try a model may well be 1, 2, 3, 4
    return _counts_up(rows, _FEWEST_BESIDE_A_NAME if 1 in of_words else _FEWEST_EVEN)


def _vote(cell: str, below: list[str]) -> int:
    """Return 1 where a cell can only name what is below it, -1 where it is like that, and 0 where nothing tells."""
    told = [other for other in below if other not in MISSING]
    if not told or cell in MISSING:
        return 0
    if sum(map(_is_number, told)) > 0.8 * len(told):
        return -1 if _is_number(cell) else 1
    return -1 if cell in told else 0


def _counts_up(rows: list[list[str]], fewest_even: int) -> bool:
    """Return whether numbers in the first row count up as those do that name columns: places, years or wavelengths.

    A row of data may rise by chance. So they have to be ``fewest_even`` or more at even distances, as in no row below,
    or many that rise at any, where no row below does nearly so.
    """
    places = [place for place, cell in enumerate(rows[0]) if _NAMING_NUMBER.fullmatch(cell)]
    first, *others = (_steps(row, places) for row in rows[:_ROWS_COMPARED])
    if len(places) >= fewest_even and _is_even(first):
        return not any(map(_is_even, others))
    return len(places) >= _FEWEST_RISING and _rising(first) == 1.0 and all(_rising(row) < _MOSTLY for row in others)


def _steps(row: list[str], places: list[int]) -> list[float]:
    """Return by how much each of some cells is above the one before, NaN where either is no number."""
    numbers = [_value(row[place]) if place < len(row) else math.nan for place in places]
    return [after - before for before, after in pairwise(numbers)]


def _is_even(steps: list[float]) -> bool:
    return steps[0] > 0.0 and len({round(step, 6) for step in steps}) == 1


def _rising(steps: list[float]) -> float:
    return sum(step > 0.0 for step in steps) / len(steps)


def _value(cell: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return math.nan


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None
