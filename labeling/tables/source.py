"""Open a table file of any kind as one lazy polars frame of uniquely named columns.

A table of very many rows, cells or bytes is drawn from: a uniform sample of rows with a fixed seed, so that memory is
bounded. Text tables come as String columns; XLSX likewise; Parquet and JSONL keep their types.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from engine.encodings import MENDED
from engine.separated import repeated_names, unique_names
from labeling.errors import ImportRefused
from labeling.tables import sheets
from labeling.tables.dialect import Dialect, sniff, transcode
from labeling.tables.sampling import count_rows, drawn_rows, write_rows

TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
SHEET_SUFFIXES = (".xlsx",)
PARQUET_SUFFIXES = (".parquet", ".pq")
LINES_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = TEXT_SUFFIXES + SHEET_SUFFIXES + PARQUET_SUFFIXES + LINES_SUFFIXES
IN_MEMORY_BYTES = 64_000_000
MAX_ROWS = 1_000_000
MAX_CELLS = 40_000_000
MAX_BYTES = 1 << 30  # of texts
MAX_COLUMNS = 20_000
MAX_SHEET_BYTES = 1 << 30
ITEM_BYTES = 16  # of a list, about
ROW = "\0row"
GUESSED = {  # from bytes alone, which mean something in other encodings too
    "cp1252": "Western European",
    "latin-1": "Western European",
    "gb18030": "Chinese",
    "cp949": "Korean",
}


@dataclass(frozen=True)
class OpenTable:
    """A table ready to be collected, valid inside :func:`opened` only.

    Attributes:
        lazy: its rows, columns uniquely named.
        total: how many rows the file has.
        rows: how many of them are here: of a very large table a sample.
        decimal_comma: whether ``1,5`` means one and a half; None where nothing in the table tells.
        notes: what had to be mended to read it.
        text_bytes: how many bytes its texts have, about; 0 where nobody asked, since all of it is wanted.
        numbers: of a table opened as a whole, which rows of the file these are, from 0, where blank ones were passed
            over before the last of them; else None.
    """

    lazy: pl.LazyFrame
    total: int
    rows: int
    decimal_comma: bool | None
    notes: tuple[str, ...]
    text_bytes: int = 0
    numbers: pl.Series | None = None

    @property
    def names(self) -> list[str]:
        """The columns' names in order."""
        return self.lazy.collect_schema().names()


def is_table(path: Path) -> bool:
    """Return whether the file's ending is one of a table."""
    return path.suffix.lower() in SUFFIXES


def is_real_table(path: Path) -> bool:
    """Return whether a file in a folder counts as a table there; a ``.txt`` may as well be a readme."""
    return is_table(path) and path.suffix.lower() != ".txt"


@contextmanager
def opened(path: Path, whole: bool = False, known: Collection[str] = ()) -> Iterator[OpenTable]:
    """Open the table at ``path``; all of it if ``whole``, else of a very large one an even sample.

    ``known`` are columns that it is to have, which tell whether its first row names them.

    Raises:
        ImportRefused: the file cannot be read as a table.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in PARQUET_SUFFIXES:
            yield _limited(_parquet(path), path.name, whole)
        elif suffix in SHEET_SUFFIXES:
            yield _limited(_sheet(path), path.name, whole)
        elif suffix in LINES_SUFFIXES:
            yield _limited(_lines(path), path.name, whole)
        else:
            with _text_table(path, whole, known) as table:
                yield table
    except pl.exceptions.PolarsError as error:
        first_line = str(error).strip().partition("\n")[0]
        raise ImportRefused(
            f"{path.name} cannot be read as a table: {first_line}. Save it again as CSV and choose that."
        ) from error
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read: {error.strerror or error}.") from error


@contextmanager
def _text_table(path: Path, whole: bool, known: Collection[str]) -> Iterator[OpenTable]:
    dialect = sniff(path, known)
    _check_width(path, len(dialect.names))
    with tempfile.TemporaryDirectory(prefix="autodidact-") as folder:
        readable = path
        notes = _naming(path.name, dialect.header, dialect.repeated)
        if not dialect.plain:
            readable = Path(folder) / "plain.csv"
            _check_room(path)
            transcode(path, dialect, readable)
        if dialect.encoding == MENDED:
            notes.append(
                f"{path.name} is in UTF-8 but for some letters, which were taken for Western European ones (cp1252). "
                "If letters look wrong, save it again as UTF-8."
            )
        if guess := GUESSED.get(dialect.encoding):
            notes.append(
                f"{path.name} is not in UTF-8 and does not say in what else, so it was taken for {guess} text "
                f"({dialect.encoding}). If letters look wrong, save it again as UTF-8."
            )
        if dialect.nulls:
            notes.append(f"{path.name} held NUL characters, which were taken out.")
        total = None
        if not whole and readable.stat().st_size > IN_MEMORY_BYTES:
            readable, total = _sample(readable, Path(folder) / "sample.csv", dialect)
        yield _limited(_scan(readable, path.name, dialect, total, notes), path.name, whole or total is not None)


def _sample(path: Path, target: Path, dialect: Dialect) -> tuple[Path, int | None]:
    """Return the file itself if it is small enough, else a file of drawn rows and the number they were drawn from."""
    header = int(dialect.header)
    total = count_rows(path, dialect.quoted) - header
    limit = _limit(len(dialect.names), total, path.stat().st_size)
    if total <= limit:
        return path, None
    keep = np.zeros(total + header, dtype=np.bool_)
    keep[:header] = True
    keep[header + drawn_rows(total, limit)] = True
    write_rows(path, target, dialect.quoted, keep)
    return target, total


def _limited(table: OpenTable, name: str, whole: bool) -> OpenTable:
    """Return the table itself if it is ``whole`` or small enough, else drawn rows of it."""
    if whole:
        return table
    weighed = table if table.text_bytes else replace(table, text_bytes=_text_bytes(table.lazy))
    limit = _limit(len(table.names), table.rows, weighed.text_bytes)
    if table.rows <= limit:
        return weighed
    return replace(drawn(weighed, limit), notes=(*table.notes, *_sampled(name, table.rows, limit)))


def drawn(table: OpenTable, most: int) -> OpenTable:
    """Return a table of so many of its rows at most, drawn evenly and in their order."""
    if table.rows <= most:
        return table
    kept = pl.LazyFrame({ROW: pl.Series(drawn_rows(table.rows, most), dtype=pl.get_index_type())})
    lazy = table.lazy.with_row_index(ROW).join(kept, on=ROW, how="semi", maintain_order="left").drop(ROW)
    return replace(table, lazy=lazy, rows=most, text_bytes=table.text_bytes * most // table.rows, numbers=None)


def _limit(columns: int, rows: int, text_bytes: int) -> int:
    """Return how many of so many rows, with so many bytes of text in all, are taken in at most."""
    fitting = rows * MAX_BYTES // max(1, text_bytes)
    return max(1, min(MAX_ROWS, MAX_CELLS // max(1, columns), fitting))


def _text_bytes(lazy: pl.LazyFrame) -> int:
    """Return how many bytes the texts of a table have; lists count by how many things they hold."""
    schema = lazy.collect_schema()
    sizes = [
        *(pl.col(name).str.len_bytes().cast(pl.Int64) for name, dtype in schema.items() if dtype == pl.String),
        *(pl.col(name).bin.size().cast(pl.Int64) for name, dtype in schema.items() if dtype == pl.Binary),
        *(
            pl.col(name).list.len().cast(pl.Int64) * ITEM_BYTES
            for name, dtype in schema.items()
            if isinstance(dtype, pl.List)
        ),
    ]
    if not sizes:
        return 0
    return int(sum(lazy.select(size.sum() for size in sizes).collect(engine="streaming").row(0)))


def _check_room(path: Path) -> None:
    needed = 3 * path.stat().st_size
    if shutil.disk_usage(tempfile.gettempdir()).free < needed:
        raise ImportRefused(f"There is no room on the disk to convert {path.name} to UTF-8. Free {needed >> 20:,} MB.")


def _scan(path: Path, name: str, dialect: Dialect, total: int | None, notes: list[str]) -> OpenTable:
    """Read strictly where that works, else leave out values too many, else take quotes as plain characters."""
    readings = [(dialect.quoted, False), (dialect.quoted, True), (False, False), (False, True)]
    for quoted, ragged in readings:
        lazy = _scanned(path, dialect, quoted, ragged)
        try:
            if path.stat().st_size <= IN_MEMORY_BYTES:
                frame = lazy.collect()  # a filter over thousands of columns takes polars' planner minutes: do it here
                filled = ~frame.select(_blank()).to_series()
                lazy = frame.filter(filled).lazy()
            else:
                filled = ~lazy.select(_blank()).collect(engine="streaming").to_series()
                lazy = lazy.filter(~_blank())
            kept = int(filled.sum())
        except pl.exceptions.PolarsError:
            if (quoted, ragged) == readings[-1]:
                raise
            continue
        break
    if ragged:
        width = len(dialect.names)
        notes.append(f"Some rows of {name} have more than {width} values; what was too much was left out.")
    if quoted != dialect.quoted:
        notes.append(f"A quotation mark in {name} is never closed, so all of them were read as plain characters.")
    notes += _sampled(name, total, kept)
    size = path.stat().st_size
    numbers = _numbers(filled) if len(dialect.names) > 1 else None
    return OpenTable(lazy, total or kept, kept, dialect.decimal_comma, tuple(notes), size, numbers)


def _naming(name: str, header: bool, repeated: tuple[str, ...]) -> list[str]:
    """Return sentences about columns that had to be given a name."""
    if not header:
        return [f"{name} has no line of column names, so its columns are called column_1, column_2 and so on."]
    return [f"{name} has several columns called “{twice}”; the second is now “{twice} (2)”." for twice in repeated]


def _sampled(name: str, total: int | None, kept: int) -> tuple[str, ...]:
    if total is None:
        return ()
    sentence = f"{name} has {total:,} rows, more than fit in memory; {kept:,} of them, drawn evenly, are taken in."
    return (f"{sentence} Training on all of them would rarely be better.",)


def _scanned(path: Path, dialect: Dialect, quoted: bool, ragged: bool) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        separator=dialect.delimiter,
        quote_char='"' if quoted else None,
        has_header=False,
        skip_rows=int(dialect.header),
        schema=dict.fromkeys(dialect.names, pl.String),
        truncate_ragged_lines=ragged,
        missing_columns="insert",
        glob=False,
        extra_columns="ignore" if ragged else "raise",
    )


def _blank() -> pl.Expr:
    """Tell of each row whether all its cells are missing."""
    return pl.all_horizontal(pl.all().is_null())


def _numbers(filled: pl.Series) -> pl.Series | None:
    """Return which rows are filled, None where those are the first ones.

    Lines that are wholly empty are no rows, as most programs read them; so nor are they in a table of one column.
    """
    numbers = filled.arg_true()
    return None if len(numbers) == 0 or numbers[-1] == len(numbers) - 1 else numbers


def _sheet(path: Path) -> OpenTable:
    import fastexcel

    sheets.check(path, MAX_SHEET_BYTES, MAX_CELLS)
    try:
        reader = fastexcel.read_excel(path)
        sheet = reader.load_sheet(0, header_row=None, dtypes="string")
        raw = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        first_line = str(error).partition("\n")[0]
        raise ImportRefused(
            f"{path.name} cannot be read as a spreadsheet: {first_line}. Save it again as XLSX or CSV and choose that."
        ) from error
    whole = raw
    raw = raw.filter(~_blank())
    if not raw.height:
        raise ImportRefused(f"The first sheet of {path.name} is empty. Put the table on the first sheet.")
    _check_width(path, raw.width)
    given = [cell or "" for cell in raw.row(0)]
    notes = _naming(path.name, True, repeated_names(given))
    if len(reader.sheet_names) > 1:
        notes.append(f"{path.name} has {len(reader.sheet_names)} sheets; only the first was taken.")
    names = unique_names(given, raw.width)
    raw.columns = list(names)
    filled = ~whole.select(_blank()).to_series()
    below = filled.slice(int(filled.arg_true()[0]) + 1)
    return OpenTable(raw.slice(1).lazy(), raw.height - 1, raw.height - 1, False, tuple(notes), numbers=_numbers(below))


def _parquet(path: Path) -> OpenTable:
    lazy = pl.scan_parquet(path, glob=False)
    schema = lazy.collect_schema()
    _check_width(path, len(schema))
    names = unique_names(schema.names(), len(schema))
    lazy = lazy.rename(dict(zip(schema.names(), names, strict=True)))
    total = int(lazy.select(pl.len()).collect(engine="streaming").item())
    return OpenTable(lazy, total, total, False, ())


def _lines(path: Path) -> OpenTable:
    """Read a file that holds a JSON object a line."""
    if path.stat().st_size > MAX_SHEET_BYTES:
        raise ImportRefused(f"{path.name} has more than {MAX_SHEET_BYTES >> 20:,} MB. Save it as Parquet.")
    frame = pl.read_ndjson(path, infer_schema_length=None)
    _check_width(path, frame.width)
    frame.columns = list(unique_names(frame.columns, frame.width))
    return OpenTable(frame.lazy(), frame.height, frame.height, False, ())


def _check_width(path: Path, width: int) -> None:
    if width > MAX_COLUMNS:
        raise ImportRefused(
            f"{path.name} has {width:,} columns; the limit is {MAX_COLUMNS:,}. Keep the columns that matter."
        )
