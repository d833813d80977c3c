"""How large a spreadsheet is, found out before anything takes it in whole: a few cells may claim billions.

What reads spreadsheets lays out the rectangle up to the last cell in memory, so a file of 5 kB whose two cells lie far
apart would end the program. What a sheet says of its own extent is not believed, nor the sizes in the archive's list.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from labeling.errors import ImportRefused
from labeling.zip_directory import entries

PIECE = 1 << 20
SHEET = b"sheetData"  # the element that holds a sheet's cells, wherever in the archive it lies
CLAIM = re.compile(
    rb"sst\s[^<>]{0,400}uniqueCount\s{0,9}=\s{0,9}[\"']\s{0,9}([0-9]{1,30})"
)  # of strings, for which room is made before
LEAST_STRING = len(b"<si/>")
LONGEST = 500  # of what is looked for, where a part is read in pieces
MOST_PARTS = 100_000
PLACE = re.compile(r"([A-Za-z]{1,8})([0-9]{1,12})")
WORKBOOK = "xl/workbook.xml"
RELATIONSHIPS = "xl/_rels/workbook.xml.rels"
OTHER_NAME = b"up"  # what starts a second name of a part, by which another reader may know it
USUAL_PLACE = re.compile(r"[A-Za-z0-9_./-]+")  # which every reader takes for the same
MOST_BOOK_BYTES = 1 << 24
CELL = re.compile(rb"[<:]c[\s/>]")
USUAL = re.compile(rb'<c r="([A-Z]{1,8})([0-9]{1,12})"')
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ExpatError, NotImplementedError, RuntimeError)


def check(path: Path, most_bytes: int, most_cells: int) -> None:
    """Refuse a spreadsheet whose first sheet would take more memory than is reasonable.

    Raises:
        ImportRefused: it is none, unpacks to more than ``most_bytes``, or the sheet spans more than ``most_cells``;
            where it cannot be told which sheet is the first, any of them.
        OSError: it cannot be read.
    """
    try:
        if entries(path, MOST_PARTS) > MOST_PARTS:
            raise ImportRefused(f"{path.name} holds more than {MOST_PARTS:,} parts. Save it as CSV and choose that.")
        with zipfile.ZipFile(path) as archive:
            sheets = _sheets(archive, path.name, most_bytes)
            first = _first_sheet(archive)
            for entry in sheets if first is None or first not in sheets else [first]:
                _check_extent(archive, entry, path.name, most_cells)
    except DAMAGED as error:
        raise ImportRefused(
            f"{path.name} is not an XLSX file, or it is damaged. Save it again as XLSX or CSV and choose that."
        ) from error


def _sheets(archive: zipfile.ZipFile, name: str, most: int) -> list[zipfile.ZipInfo]:
    """Return the parts that hold cells; all parts are unpacked to count their bytes, and nothing of them is kept."""
    unpacked, found = 0, []
    for entry in archive.infolist():
        entry.file_size = most + 2 * PIECE  # else what comes after the size that the list tells is not unpacked here
        sheet, end, size, claimed = False, b"", 0, 0
        for piece in _pieces(archive, entry):
            unpacked, size = unpacked + len(piece), size + len(piece)
            if unpacked > most:
                raise ImportRefused(
                    f"{name} would unpack to more than {most >> 20:,} MB, which is the limit. "
                    "Save the table as CSV or Parquet and choose that."
                )
            sheet = sheet or SHEET in end + piece
            claimed = max([claimed, *(int(number) for number in CLAIM.findall(end + piece))])
            end = piece[-LONGEST:]
        if claimed * LEAST_STRING > size:
            raise zipfile.BadZipFile(f"{entry.filename} claims {claimed:,} strings")
        if sheet:
            found.append(entry)
    return found


def _first_sheet(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    """Return the part that is read as the first sheet; None where what reads it may take another."""
    named: dict[str, list[zipfile.ZipInfo]] = {}
    for entry in archive.infolist():
        named.setdefault(entry.filename.replace("\\", "/").lower(), []).append(entry)
        if OTHER_NAME in entry.extra:
            return None
    books = [name for name in named if name.endswith(("workbook.xml", "workbook.xml.rels"))]
    if sorted(books) != [RELATIONSHIPS, WORKBOOK] or any(len(named[name]) > 1 for name in books):
        return None
    try:
        place = _place_of_first(*(_content(archive, named[name][0]) for name in (WORKBOOK, RELATIONSHIPS)))
    except (ExpatError, ValueError):
        return None
    if place is None or not USUAL_PLACE.fullmatch(place):
        return None
    found = [
        entry for name in {place.removeprefix("/").lower(), f"xl/{place}".lower()} for entry in named.get(name, ())
    ]
    return found[0] if len(found) == 1 else None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    content = b""
    for piece in _pieces(archive, entry):
        content += piece
        if len(content) > MOST_BOOK_BYTES:
            raise ValueError(entry.filename)
    return content


def _place_of_first(workbook: bytes, relationships: bytes) -> str | None:
    """Return where the workbook says that its first sheet lies."""
    if b"&" in relationships:  # which not every reader takes for another character
        return None
    sheets = _elements(workbook, ("workbook", "sheets", "sheet"))
    ids = [value for key, value in sheets[0].items() if key.rpartition(":")[2] == "id"] if sheets else []
    if len(ids) != 1:
        return None
    related = _elements(relationships, ("Relationships", "Relationship"))
    places = [found.get("Target") for found in related if found.get("Id") == ids[0]]
    return places[0] if len(places) == 1 else None


def _elements(content: bytes, path: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the attributes of all elements that are called as a path ends; fail where one does not lie there."""
    found: list[dict[str, str]] = []
    around: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        around.append(tag.rpartition(":")[2])
        if around[-1] == path[-1]:
            if tuple(around) != path:
                raise ExpatError(f"{tag[:20]!r} lies where it should not")
            found.append(attributes)
        if tag.count(":") > 1:
            raise ExpatError(f"{tag[:20]!r} is no name")

    parser = ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: around.pop()
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.Parse(content, True)
    return found


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as content:
        while piece := content.read(PIECE):
            yield piece


def _check_extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> None:
    usual = _usual_cells(_pieces(archive, entry))
    if usual is not None and usual <= most:
        return
    extent = _Extent(name, most)
    parser = ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.StartDoctypeDeclHandler = _refuse_declarations
    for piece in _pieces(archive, entry):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _usual_cells(pieces: Iterator[bytes]) -> int | None:
    """Return how many cells there are at most; None where one is not written as usual, so that all have to be parsed.

    To parse them takes several times as long, which is felt with a million cells.
    """
    rows, columns, rest = 0, 0, b""
    for piece in chain(pieces, (b"<",)):
        part, sign, start = (rest + piece).rpartition(b"<")  # so that no cell is cut in two
        rest = sign + start
        places = USUAL.findall(part)
        if len(places) != len(CELL.findall(part)) or len(rest) > PIECE:
            return None
        if places:
            rows = max(rows, *map(int, {number for _, number in places}))
            columns = max(columns, *(_column(letters.decode()) for letters in {letters for letters, _ in places}))
    return rows * columns


def _refuse_declarations(*_: object) -> None:
    """Refuse a document type: a sheet needs none, and it can be an attack."""
    raise ExpatError("it declares a document type")


class _Extent:
    """The rows and columns up to the last cell that holds something. Cells that say no place follow the one before."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._row = self._column = 0  # of the next cell that says no place
        self._cell: tuple[int, int] | None = None
        self._rows = self._columns = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note where a cell lies, and what has content."""
        plain = tag.rpartition(":")[2]
        if plain == "c":
            if "r" in attributes:
                column, row = _place(attributes["r"])
                self._column = column
            else:
                row = self._row
            self._cell = (row, self._column)
            self._column += 1
        elif plain == "row":
            self._cell = None
            if "r" in attributes:
                self._row = _row(attributes["r"])
        elif self._cell is not None:  # an empty cell, which may well have a colour, takes no room
            self._take(*self._cell)
            self._cell = None

    def end(self, tag: str) -> None:
        """Go on to the next row after a row."""
        plain = tag.rpartition(":")[2]
        if plain == "row":
            self._row += 1
            self._column = 0
        elif plain == "c":
            self._cell = None

    def _take(self, row: int, column: int) -> None:
        if row < self._rows and column < self._columns:
            return
        self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
        if self._rows * self._columns > self._most:
            raise ImportRefused(
                f"A sheet of {self._name} reaches to row {self._rows:,} and column {self._columns:,}, and more than "
                f"{self._most:,} cells do not fit in memory. Delete what lies far from the table, or save the table as "
                "CSV and choose that."
            )


def _place(reference: str) -> tuple[int, int]:
    """Return column and row, from 0, of a cell reference like ``AB12``."""
    found = PLACE.fullmatch(reference)
    if found is None:
        raise ExpatError(f"{reference[:20]!r} is no place of a cell")
    return _column(found[1]) - 1, max(0, int(found[2]) - 1)


def _column(letters: str) -> int:
    """Return the number of a column, from 1.

    >>> _column("A"), _column("xfd")
    (1, 16384)
    """
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - ord("A") + 1
    return column


def _row(number: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", number):
        raise ExpatError(f"{number[:20]!r} is no number of a row")
    return max(0, int(number) - 1)
