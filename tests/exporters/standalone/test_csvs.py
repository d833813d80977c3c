"""A table is read without polars as the studio reads it: the same rows, the same cells."""

from __future__ import annotations

import csv
import io
import time
import tracemalloc
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine import separated
from engine.dates import is_pattern
from engine.errors import DataError
from engine.modalities.table.decode import as_days
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.standalone.csvs import days_in, each_row, number_in, rows_of
from exporters.standalone.errors import TooManyRows, Unreadable
from exporters.standalone.tables import RowReader
from labeling.errors import ImportRefused
from labeling.importing import inputs, understand
from labeling.tables.columns import date, number
from labeling.tables.dates import DATE_FORMATS

COLUMNS = (
    Column("size", ColumnType.NUMBER),
    Column("colour", ColumnType.CATEGORY),
    Column("day", ColumnType.DATE, "%d/%m/%Y"),
    Column("words; a, few", ColumnType.TEXT),
    Column("absent", ColumnType.NUMBER),
)
TASK = Task(Modality.TABLE, Kind.REGRESSION, columns=COLUMNS)
NAMES = [column.name for column in COLUMNS[:4]]

NUMBERS = ("1", " 2.5 ", "-3", "+.5", "5.", "1e5", "1E-3", "1_000", "1,234", "1.234,5", "1,5", "12,34", "inf", "nan")
MISSING = ("", " ", "NA", "n/a", "?", "null", "NaN", "-")
DATES = ("31/05/2024", "1/6/2024", " 01/01/1970 ", "31/02/2024", "5/1/24", "29/02/2023", "01/01/12024", "+1/1/2000")
MOMENTS = [
    *("2024-05-31T10:11:12Z", "2024-05-31 10:11:12Z", "2024-05-31 10:11:12+02:00", "2024-05-31 10:11:12.5-0530"),
    *("2024-05-31 10:11:12.123456789+00", "2024-05-31 10:11:12.", "2024-05-31 10:11:12.5.5", "2024-05-31 10:11Z"),
    *(
        "2024-05-31 10:11:12  Z",
        "2024-05-31 10:11:12 +24:00",
        "2024-05-31 10:11 -23:59",
        "2024-05-21",
        "2024-05-31 1-05",
    ),
    *("2024-05-31 10:11:12+02:00+02:00", "2024-05-31 23:59:60.9Z", "9999-12-31 23:59:59.9-23:00", "2024-05-31T10:11.5"),
]
WORDS = ("red", "  red", "grün 🟢", "a\nb", 'say "hi"', "x" * 300, "\u00a0red\u2003", "0", "1.0", "True", "'", "a\tb")
NUMBER_CELLS = st.one_of(
    st.sampled_from(NUMBERS + MISSING), st.floats().map(repr), st.integers(-(10**20), 10**20).map(str)
)
DATE_CELLS = st.one_of(st.sampled_from(DATES + MISSING), st.dates().map(lambda day: day.strftime("%d/%m/%Y")))
TEXT_CELLS = st.one_of(
    st.sampled_from(WORDS + MISSING),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=12),
)
ROWS = st.lists(st.tuples(NUMBER_CELLS, TEXT_CELLS, DATE_CELLS, TEXT_CELLS), min_size=1, max_size=6)


def table(rows: Sequence[Sequence[str]], delimiter: str = ",", ends: str = "\n", header: Sequence[str] = NAMES) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def studio(raw: bytes, folder: Path) -> list[dict[str, object]]:
    path = folder / "table.csv"
    path.write_bytes(raw)
    frame = inputs(path, TASK).inputs(TASK.columns)
    return frame.fill_nan(None).to_dicts()


def same(raw: bytes, folder: Path) -> None:
    try:
        expected = studio(raw, folder)
    except ImportRefused:
        with pytest.raises(Unreadable):
            rows_of(raw, COLUMNS)
        return
    found = rows_of(raw, COLUMNS)
    assert [{column.name: row.get(column.name) for column in COLUMNS} for row in found] == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    ends=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_a_table_is_read_as_the_studio_reads_it(
    rows: list[tuple[str, str, str, str]], delimiter: str, ends: str, encoding: str, tmp_path: Path
) -> None:
    same(table(rows, delimiter, ends).encode(encoding), tmp_path)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n",
        b"size,colour\n",
        b"size,colour\n1\n2,red,3\n\n,\n4,blue\n",
        b"size,colour\n1,red\rblue\n2,x\n",
        b"size,colour\r1,red\r2,blue\r",
        b"\n\nsize,colour\n1,red\n",
        b'size,colour\n1,"never closed\n2,red\n',
        b'size,colour\n1,"quoted ""twice"""\n2,""\n',
        b"size,colour\n1,5' 3\"\n",
        b"other,columns\n1,2\n",
        b"colour\nred\n\nblue\n",
        b"size,size,colour\n1,2,red\n",
        b"size,colour\n1,caf\xe9\n",
        "size,colour\n1,红色的\n2,蓝色和绿色\n".encode("gb18030"),
        b"size,colour\n1,a\x00b\n",
        "size,colour\n1,açaí\n2,piñón añil\n".encode() + b"3,caf\xe9\n",
        bytes(range(256)) * 4,
        b"1,2\n3,4\n",
        b"size;colour\n1,5;red\n1.234,5;blue\n",
        b"size , colour\n 1 , red \n",
    ],
)
def test_tables_in_odd_shapes_are_read_as_the_studio_reads_them(raw: bytes, tmp_path: Path) -> None:
    same(raw, tmp_path)


@settings(max_examples=120, deadline=None)
@given(cells=st.lists(NUMBER_CELLS | st.text("0123456789.,eE+-_ ", max_size=8), min_size=1, max_size=20))
def test_numbers_are_what_polars_reads(cells: list[str]) -> None:
    frame = pl.DataFrame({"c": cells}, schema={"c": pl.String})
    for comma in (False, True):
        expected = frame.select(number("c", pl.String(), comma)).to_series().to_list()
        assert [number_in(cell.strip(), comma) for cell in cells] == expected


def test_every_way_in_which_the_studio_reads_dates_is_one() -> None:
    assert all(map(is_pattern, DATE_FORMATS))


@settings(max_examples=120, deadline=None)
@given(
    pattern=st.sampled_from(DATE_FORMATS),
    cells=st.lists(
        DATE_CELLS | st.datetimes().map(str) | st.text("0123456789-/.: T+", max_size=20), min_size=1, max_size=20
    ),
)
@example("%Y-%m-%d %H:%M:%S", ["2024-05-31 23:59:60", "2024-05-3110:11:12", "2024-05-31 1:1:2", "0000-01-01 0:0:0"])
@example("%Y-%m-%d %H:%M:%S", MOMENTS)
@example("%Y-%m-%dT%H:%M:%S", MOMENTS)
@example("%Y-%m-%d %H:%M", MOMENTS)
@example("%d.%m.%Y %H:%M:%S", ["31.05.2024", "31.05.2024 1:2:3.5 +01:00", "31.05.2024 1:2:3 Z", "1.1.0999 1:2:3"])
@example("%Y-%m-%d %H:%M", ["2024-05-12:30", "2024-05-1212:30", "2024-05-3 1:2", "12024-05-1 1:2"])
@example("%Y-%m-%d %H:%M:%S", ["1000-1-10:0:0", "2024-05-12:30:15", "2024-05-121:30:15"])
@example("%Y-%m-%d", ["-2024-05-31", "+2024-05-31", "24-5-1", "2024- 05-31", "9999999-01-01", "262143-01-01"])
def test_dates_are_what_polars_reads(pattern: str, cells: list[str]) -> None:
    frame = pl.DataFrame({"c": cells}, schema={"c": pl.String})
    expected = frame.select(date("c", pl.String(), pattern)).to_series().to_list()
    assert [days_in(cell.strip(), pattern) for cell in cells] == expected


@pytest.mark.parametrize("word", separated.MISSING)
def test_a_word_for_missing_is_missing_by_csv_and_by_json(word: str, tmp_path: Path) -> None:
    manifest = {"reading": {"columns": [{"name": column.name, "inputs": [column.name]} for column in COLUMNS]}}
    reader = RowReader(tmp_path, TASK, manifest)
    (of_table,) = rows_of(table([[word] * 3 + ["a few words"]]).encode(), COLUMNS)
    of_json = dict.fromkeys(NAMES[:3], word) | {NAMES[3]: "a few words"}
    assert reader.read(of_table) == reader.read(of_json) == (None, None, None, "a few words", None)


def test_what_is_no_number_is_missing_as_an_empty_cell_is(tmp_path: Path) -> None:
    manifest = {"reading": {"columns": [{"name": column.name, "inputs": [column.name]} for column in COLUMNS]}}
    reader = RowReader(tmp_path, TASK, manifest)
    assert reader.read({column.name: float("nan") for column in COLUMNS}) == reader.blank()


def test_names_that_look_like_cells_are_known_as_names_where_the_model_has_them() -> None:
    columns = (Column("2019", ColumnType.NUMBER), Column("2020", ColumnType.NUMBER))
    assert rows_of(b"2019,2020\n1,2\n3,4\n", columns) == [{"2019": 1.0, "2020": 2.0}, {"2019": 3.0, "2020": 4.0}]


def test_a_cell_without_end_is_refused() -> None:
    with pytest.raises(Unreadable, match="A cell of the table has more than"):
        rows_of(b"size,colour\n1,red\n2," + b"x" * 1_100_000 + b"\n", COLUMNS)


def test_a_quoted_cell_of_many_lines_that_is_too_long_is_not_taken_for_rows() -> None:
    with pytest.raises(Unreadable, match="A cell of the table has more than"):
        rows_of(b'size,colour\n1,red\n2,"' + b"a line of it\n" * 100_000 + b'"\n', COLUMNS)


def test_a_table_of_too_many_columns_is_refused() -> None:
    raw = (",".join(f"c{number}" for number in range(20_001)) + "\n" + "1," * 20_000 + "1\n").encode()
    with pytest.raises(Unreadable, match="20,001 columns"):
        rows_of(raw, COLUMNS)


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.standalone.csvs.MAX_ROWS", 3)
    with pytest.raises(Unreadable, match="more than 3 rows"):
        rows_of(b"size,colour\n" + b"1,red\n" * 4, COLUMNS)


def test_reading_ends_at_the_first_row_too_many() -> None:
    raw = b"size,colour\n" + b"1,red\n" * 200_000
    tracemalloc.start()
    try:
        with pytest.raises(TooManyRows, match="more than 10 rows"):
            rows_of(raw, COLUMNS, 10)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 20 * len(raw)
    assert len(rows_of(b"size,colour\n" + b"1,red\n" * 10, COLUMNS, 10)) == 10


def test_rows_are_not_held() -> None:
    raw = b"size,colour\n" + b"1,red\n" * 40_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in each_row(raw, COLUMNS)) == 40_000
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 20 * len(raw)


def test_long_documents_in_quotes_are_cells(tmp_path: Path) -> None:
    letter = "\n".join(["I have read it, twice, and think", "that it is fine; see below.", ""] * 250).strip()
    raw = table([("1", letter), ("2", "x"), ("3", letter)], header=NAMES[:2]).encode()
    same(raw, tmp_path)
    assert [row["colour"] for row in rows_of(raw, COLUMNS)] == [letter, "x", letter]


def test_a_quotation_mark_that_is_never_closed_is_found_before_the_first_row() -> None:
    rows = each_row(b'size,colour\n1,"a b"\n2,"never closed\n3,red\n', COLUMNS)
    assert [row["colour"] for row in rows] == ['"a b"', '"never closed', "red"]


LONG = 100_000


@pytest.mark.parametrize(
    "cell", ["1" * LONG + "x", "1." + "1" * LONG + "x", "1e" + "1" * LONG + "x", "1" * LONG + ",1x"]
)
def test_a_long_cell_that_is_no_number_takes_no_time(cell: str) -> None:
    start = time.perf_counter()
    assert number_in(cell, False) is None
    assert number_in(cell, True) is None
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("pattern", ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S"])
def test_a_long_cell_that_is_no_date_takes_no_time(pattern: str) -> None:
    written = pattern.replace("%Y", "2024").replace("%m", "05").replace("%d", "05").partition(" ")[0]
    start = time.perf_counter()
    assert days_in(written + " " * LONG + "x", pattern) is None
    assert time.perf_counter() - start < 1.0


def test_blanks_before_and_between_the_parts_of_a_date_are_passed_over() -> None:
    assert days_in("2024- 05-  31   10:00", "%Y-%m-%d %H:%M") == days_in("2024-05-31 10:00", "%Y-%m-%d %H:%M")


@pytest.mark.parametrize("written", ["2024-05-31T10:11:12Z", "2024-05-31T10:11:12.25+02:00", "2024-05-31T10:11:12"])
def test_a_moment_is_the_same_by_csv_and_by_json(written: str) -> None:
    assert days_in(written, "%Y-%m-%dT%H:%M:%S") == pytest.approx(as_days("d", written), abs=1e-9)


@pytest.mark.parametrize("year", ["0001", "0999"])
def test_a_year_that_stands_for_no_date_is_missing_by_csv_and_refused_by_json(year: str) -> None:
    assert days_in(f"{year}-01-01", "%Y-%m-%d") is None
    with pytest.raises(DataError, match="takes a date"):
        as_days("d", f"{year}-01-01")


def test_times_learned_from_a_typed_column_are_read_from_a_csv_of_the_same_rows(tmp_path: Path) -> None:
    moments = [datetime(2024, 5, 1 + row % 28, row % 24, 30, row % 60) for row in range(40)]
    frame = pl.DataFrame({"sold": moments, "price": [row + 0.5 for row in range(40)]})
    frame.write_parquet(tmp_path / "typed.parquet")
    frame.write_csv(tmp_path / "written.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    columns = understand(tmp_path / "typed.parquet", target="price").columns
    task = Task(Modality.TABLE, Kind.REGRESSION, target="price", columns=columns)
    learned = inputs(tmp_path / "typed.parquet", task).inputs(columns)
    assert learned.height == 40 and not learned["sold"].null_count()
    assert inputs(tmp_path / "written.csv", task).inputs(columns).equals(learned)
    assert rows_of((tmp_path / "written.csv").read_bytes(), columns) == learned.to_dicts()


NO_SIGNS = "".join(map(chr, range(0xFDD0, 0xFDF0)))


def test_signs_that_stand_for_nothing_are_refused_only_where_they_are_in_the_way() -> None:
    with pytest.raises(Unreadable, match="stand for nothing"):
        rows_of(f"size,colour\n1,{NO_SIGNS}\rx\n2,y\n".encode(), COLUMNS)
    assert rows_of(f"size,colour\n1,{NO_SIGNS}\n".encode(), COLUMNS) == [{"size": 1.0, "colour": NO_SIGNS}]


def test_one_name_for_all_columns_takes_no_time() -> None:
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="columns"):
        rows_of(b"size," * 40_000 + b"size\n", COLUMNS)
    assert time.perf_counter() - start < 5.0


def test_where_a_table_does_not_tell_a_comma_means_what_it_did_in_training() -> None:
    learned, plain = Column("size", ColumnType.NUMBER, ","), Column("size", ColumnType.NUMBER)
    asked = b"size\tweight\n52,520\t3\n"
    assert rows_of(asked, (learned,))[0]["size"] == 52.52
    assert rows_of(asked, (plain,))[0]["size"] == 52520.0
