"""What the columns of a table are taken for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl
import pytest

from engine.modalities.table.decode import as_days
from engine.task import Column, ColumnType
from labeling.tables.columns import TOO_MANY_VALUES, converted, facts, sort_out, types_for, unread
from labeling.tables.dates import pattern_of

ROWS = 40
REMARKS = [f"the {row}th guest found the room clean" for row in range(ROWS)]
CHINESE = [f"味道不错送餐也很快{row}" for row in range(ROWS)]
CITIES = ["Oslo", "Rome"] * (ROWS // 2)
NAMES = [f"guest{row}" for row in range(ROWS)]


def types(**columns: Sequence[object]) -> dict[str, str]:
    """Return the type of each column that is learned from."""
    found = facts(pl.DataFrame(columns), decimal_comma=False)
    return {column.name: column.type.value for column in sort_out(found)[0]}


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        (REMARKS, "text"),
        (CHINESE, "text"),
        (["🙂 what a lovely, lovely day it was " + "!" * row for row in range(ROWS)], "text"),
        (["a remark that everybody makes"] * 20 + ["another remark that all make"] * 20, "category"),
        (CITIES, "category"),
        ([f"2024-01-{1 + row % 28:02}" for row in range(ROWS)], "date"),
        ([row / 3 for row in range(ROWS)], "number"),
    ],
)
def test_a_column_is_read_by_what_its_cells_are(cells: list[object], type_: str) -> None:
    assert types(cells=cells, city=CITIES) == {"cells": type_, "city": "category"}


def test_a_handful_of_rows_is_not_called_free_text() -> None:
    assert types(cells=REMARKS[:4], city=CITIES[:4])["cells"] == "category"


def test_words_that_all_differ_are_left_out_beside_other_columns_and_texts_where_they_are_all_there_is() -> None:
    beside = sort_out(facts(pl.DataFrame({"name": NAMES, "city": CITIES}), decimal_comma=False))
    assert [(left.name, left.reason) for left in beside[1]] == [("name", TOO_MANY_VALUES)]
    alone = sort_out(facts(pl.DataFrame({"name": NAMES}), decimal_comma=False))
    assert alone == ([Column("name", ColumnType.TEXT)], [])


def test_texts_are_read_trimmed_with_missing_ones_as_null() -> None:
    frame = pl.DataFrame({"remark": ["  good  ", "", "N/A", None]})
    cells = frame.select(converted(Column("remark", ColumnType.TEXT), pl.String(), decimal_comma=False)).to_series()
    assert cells.to_list() == ["good", None, None, None]


def test_infinite_cells_of_a_column_of_numbers_are_missing() -> None:
    cells = [["inf", "-Infinity", "+inf"][row % 3] if row % 4 == 0 else str(row / 7) for row in range(ROWS)]
    assert types(cells=cells, city=CITIES) == {"cells": "number", "city": "category"}
    (fact, _) = facts(pl.DataFrame({"cells": cells, "city": CITIES}), decimal_comma=False)
    assert (fact.present, fact.numbers, fact.high) == (30, 30, 39 / 7)


def test_words_for_infinity_alone_are_words() -> None:
    assert types(cells=["inf", "finite"] * (ROWS // 2))["cells"] == "category"


def test_thousands_of_columns_are_judged_like_a_few() -> None:
    numbers = {f"number {at}": [f"{row * at % 7}.5" for row in range(ROWS)] for at in range(1, 300)}
    commas = {"grouped": [f"{row},000" for row in range(ROWS)]}
    assert set(types(**numbers, **commas, city=CITIES).values()) == {"number", "category"}


def test_a_column_that_is_mostly_numbers_is_read_as_such_and_the_rest_is_told() -> None:
    cells = ["faulty" if row % 3 == 0 else "<0.1" if row % 7 == 0 else str(row * 1.5) for row in range(ROWS)]
    found = facts(pl.DataFrame({"cells": cells, "city": CITIES}), decimal_comma=False)
    columns, left_out = sort_out(found)
    assert [column.type for column in columns] == [ColumnType.NUMBER, ColumnType.CATEGORY]
    assert left_out == []
    assert unread(found, columns) == ["“cells” is read as numbers; 18 other cells counted as missing."]


def test_words_with_few_numbers_among_them_stay_words() -> None:
    cells = [str(row) if row % 3 == 0 else f"room {row}" for row in range(ROWS)]
    assert types(cells=cells, city=CITIES) == {"city": "category"}


def test_words_that_a_file_keeps_as_categories_are_read_as_words() -> None:
    cells = [" red ", "?", "NA", "blue", None]
    for dtype in (pl.Categorical(), pl.Enum([" red ", "?", "NA", "blue"])):
        frame = pl.DataFrame({"colour": pl.Series(cells, dtype=dtype)})
        read = frame.select(converted(Column("colour", ColumnType.CATEGORY), dtype, decimal_comma=False)).to_series()
        assert read.to_list() == ["red", None, None, "blue", None]


def test_what_a_file_calls_true_or_false_is_learned_as_categories() -> None:
    assert types(cells=[True, False] * (ROWS // 2), city=CITIES) == {"cells": "category", "city": "category"}


DAYS = [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(200)]


@pytest.mark.parametrize("slip", ["TBD", "0000-00-00", "0001-01-01"])
def test_dates_among_which_a_few_cells_are_none_are_dates_and_these_are_told(slip: str) -> None:
    frame = pl.DataFrame({"day": [slip, *DAYS[1:]], "city": ["Oslo", "Rome"] * 100})
    found = facts(frame, decimal_comma=False)
    columns, left_out = sort_out(found)
    assert columns[0] == Column("day", ColumnType.DATE, "%Y-%m-%d") and left_out == []
    assert ColumnType.DATE in types_for(found[0])
    assert unread(found, columns) == ["“day” is read as dates; 1 other cell counted as missing."]
    assert frame.select(converted(columns[0], pl.String(), decimal_comma=False)).to_series().null_count() == 1


def test_few_cells_that_are_no_numbers_are_told_too() -> None:
    frame = pl.DataFrame({"size": ["about 3", *(f"{row}.5" for row in range(199))], "city": ["Oslo", "Rome"] * 100})
    found = facts(frame, decimal_comma=False)
    columns, _ = sort_out(found)
    assert unread(found, columns) == ["“size” is read as numbers; 1 other cell counted as missing."]


def test_words_among_which_a_few_are_dates_stay_words() -> None:
    cells = [*DAYS[:190], *(f"day {row}" for row in range(10))]
    assert types(cells=cells, city=["Oslo", "Rome"] * 100)["cells"] == "category"


def test_months_and_days_are_told_apart_by_the_few_cells_that_show_it() -> None:
    cells = ["12/31/2024", *(f"{1 + row % 12}/1/2024" for row in range(199))]
    (fact,) = facts(pl.DataFrame({"day": cells}), decimal_comma=False)
    assert (fact.date_format, fact.dates) == ("%m/%d/%Y", 200)


MOMENT = "2024-05-31 12:30:15"


@pytest.mark.parametrize(
    ("written", "pattern", "later"),
    [
        ("2024-05-31T12:30:15Z", "%Y-%m-%dT%H:%M:%S", 0.0),
        ("2024-05-31T14:30:15+02:00", "%Y-%m-%dT%H:%M:%S", 0.0),
        ("2024-05-31 07:00:15-0530", "%Y-%m-%d %H:%M:%S", 0.0),
        ("2024-05-31 12:30:15+00", "%Y-%m-%d %H:%M:%S", 0.0),
        ("2024-05-31 12:30:15.25", "%Y-%m-%d %H:%M:%S", 0.25),
        ("2024-05-31T12:30:15.1234567Z", "%Y-%m-%dT%H:%M:%S", 0.123456),
        ("31/05/2024 12:30:15", "%d/%m/%Y %H:%M:%S", 0.0),
        ("05/31/2024 12:30:15", "%m/%d/%Y %H:%M:%S", 0.0),
        ("31.05.2024 12:30:15", "%d.%m.%Y %H:%M:%S", 0.0),
        ("2024/05/31 12:30:15", "%Y/%m/%d %H:%M:%S", 0.0),
    ],
)
def test_a_moment_is_the_same_however_it_is_written_and_typed(written: str, pattern: str, later: float) -> None:
    frame = pl.DataFrame({"moment": [written, MOMENT]})
    column = Column("moment", ColumnType.DATE, pattern)
    assert pattern_of(frame["moment"].head(1))[0] == pattern
    read = frame.select(converted(column, pl.String(), decimal_comma=False)).to_series()[0]
    expected = as_days("moment", MOMENT)
    assert expected is not None
    assert read == pytest.approx(expected + later / 86_400, abs=1e-11)
    if written[4] == "-" and "-0530" not in written:
        assert as_days("moment", written) == pytest.approx(read, abs=1e-9)


def test_a_moment_is_the_same_in_a_row_alone_and_among_others() -> None:
    frame = pl.DataFrame({"moment": ["2000-01-01 00:00:01", "2000-01-01 00:00:02"]})
    column = Column("moment", ColumnType.DATE, "%Y-%m-%d %H:%M:%S")
    read = [rows.select(converted(column, pl.String(), None)).to_series()[0] for rows in (frame, frame.head(1))]
    assert read[0] == read[1]


@pytest.mark.parametrize(("minutes", "pattern"), [(0, "%Y-%m-%d"), (90, "%Y-%m-%d %H:%M:%S")])
def test_moments_of_a_type_of_their_own_are_written_with_times_where_they_have_some(minutes: int, pattern: str) -> None:
    moments = [datetime(2024, 1, 1 + row % 28) + timedelta(minutes=minutes * row) for row in range(ROWS)]
    found = facts(pl.DataFrame({"moment": [*moments, None]}), decimal_comma=False)
    assert sort_out(found)[0] == [Column("moment", ColumnType.DATE, pattern)]
