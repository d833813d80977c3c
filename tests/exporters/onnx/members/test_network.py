"""Network members: gaps, numbers beyond what was seen, and tables with one kind of column."""

from __future__ import annotations

import polars as pl
import pytest

from engine.modalities.table.samples import TableSamples
from engine.task import ColumnType, Task
from tests.exporters.models import COLUMNS, NUMBER, TABLE, TWO, apart, model_of, network, rows

BEYOND = [1e308, -1e308, float("inf"), None, 49.0]
TYPES = {"numbers": (ColumnType.NUMBER, ColumnType.DATE), "categories": (ColumnType.CATEGORY,)}


@pytest.mark.parametrize("task", [TABLE, TWO, NUMBER], ids=["three classes", "two classes", "number"])
def test_numbers_beyond_what_was_seen_and_gaps_are_answered_alike(task: Task) -> None:
    frame = rows(5).frame.with_columns(pl.Series("length in cm", BEYOND), pl.Series("label", BEYOND[::-1]))
    model, samples = model_of(task, network(task)), TableSamples(frame)
    assert apart(model, samples) <= 1e-13 * max(1.0, float(model.predict(samples).max()))


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_member_of_one_kind_of_column_is_written(kind: str) -> None:
    columns = tuple(column for column in COLUMNS if column.type in TYPES[kind])
    member = network(TABLE, columns)
    assert apart(model_of(TABLE, member), rows(40, seed=6)) <= 1e-13
