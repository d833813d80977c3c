"""Columns that give the answer away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.task import Column, ColumnType
from labeling.importing import read, understand
from labeling.tables.leaks import FEW_ROWS, leaks, without_leaks

SIZE = 1000
RNG = np.random.default_rng(0)
PRICE = RNG.lognormal(size=SIZE)
CLASS = np.where(RNG.random(SIZE) < 0.3, "yes", "no")


def named(cells: Any, labels: Any, type_: ColumnType) -> list[str]:
    series = pl.Series(labels)
    found = leaks(pl.DataFrame({"c": cells}), [Column("c", type_)], series)
    assert all(leak.reason.startswith("it gives the answer away: ") for leak in found)
    return [leak.name for leak in found]


@pytest.mark.parametrize("cells", [PRICE, PRICE * -1.1 + 5, np.where(np.arange(SIZE) % 5, PRICE, np.nan)])
def test_a_number_that_is_the_answer_in_other_units_is_found(
    cells: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    assert named(pl.Series(cells).fill_nan(None), PRICE, ColumnType.NUMBER) == ["c"]


def test_a_number_that_is_close_to_the_answer_is_kept() -> None:
    assert not named(PRICE + RNG.normal(0.0, 0.1, SIZE), PRICE, ColumnType.NUMBER)


@pytest.mark.parametrize("cells", [CLASS, np.where(CLASS == "yes", "1", "0"), np.where(CLASS == "no", "a", "b")])
def test_another_spelling_of_the_class_is_found(cells: np.ndarray[tuple[int], np.dtype[np.str_]]) -> None:
    assert named(cells, CLASS, ColumnType.CATEGORY) == ["c"]


def test_a_coded_class_is_found_among_numbers() -> None:
    assert named((CLASS == "yes").astype(float), CLASS, ColumnType.NUMBER) == ["c"]


def test_a_class_that_one_row_in_a_hundred_contradicts_is_kept() -> None:
    mixed = np.where(np.arange(SIZE) % 50 == 0, "no", CLASS)
    assert not named(mixed, CLASS, ColumnType.CATEGORY)


def test_values_too_rare_to_prove_anything_are_kept() -> None:
    assert not named(
        [f"street {row // 3}" for row in range(SIZE)], np.repeat(CLASS[:334], 3)[:SIZE], ColumnType.CATEGORY
    )


def test_a_rare_class_makes_no_column_a_leak() -> None:
    rare = np.where(np.arange(SIZE) == 0, "ill", "well")
    assert not named(np.where(np.arange(SIZE) % 2, "a", "b"), rare, ColumnType.CATEGORY)


def test_few_rows_prove_nothing() -> None:
    assert not named(CLASS[: FEW_ROWS - 1], CLASS[: FEW_ROWS - 1], ColumnType.CATEGORY)


def test_rows_without_an_answer_are_passed_over() -> None:
    labels = [None if row % 2 else str(CLASS[row]) for row in range(SIZE)]
    assert named(CLASS, labels, ColumnType.CATEGORY) == ["c"]


def test_the_last_column_is_kept_even_so() -> None:
    columns = [Column("c", ColumnType.NUMBER)]
    found = leaks(pl.DataFrame({"c": PRICE}), columns, pl.Series(PRICE))
    assert without_leaks(columns, found) == columns
    assert without_leaks([*columns, Column("d", ColumnType.NUMBER)], found) == [Column("d", ColumnType.NUMBER)]


def test_a_leak_is_left_out_of_a_table_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    pl.DataFrame({"income": PRICE, "paid_back": np.where(CLASS == "yes", "paid", "owed"), "label": CLASS}).write_csv(
        path
    )
    understood = understand(path)
    assert [column.name for column in understood.columns] == ["income"]
    assert "gives the answer away" in {left.name: left.reason for left in understood.left_out}["paid_back"]


def test_a_column_taken_for_a_leak_is_learned_from_where_the_person_says_so(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    columns = {"income": PRICE, "paid_back": np.where(CLASS == "yes", "paid", "owed"), "label": CLASS}
    pl.DataFrame(columns).write_csv(path)
    understood = understand(path, kept=["paid_back"])
    assert [column.name for column in understood.columns] == ["income", "paid_back"]
    assert understood.left_out == () and understood.kept == ("paid_back",)
    assert set(read(understood).frame["x:paid_back"].unique()) == {"paid", "owed"}
