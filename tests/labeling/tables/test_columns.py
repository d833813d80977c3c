"""What the columns of a table are taken for."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from engine.task import Column, ColumnType
from labeling.tables.columns import TOO_MANY_VALUES, converted, facts, not_numbers, sort_out

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
    assert not_numbers(found, columns) == ["“cells” mostly holds numbers; 18 other cells counted as missing."]


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
