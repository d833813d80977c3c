from __future__ import annotations

import tracemalloc

import numpy as np
import polars as pl

from engine.modalities.table.described import described
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType

COLUMNS = (
    Column("price", ColumnType.NUMBER),
    Column("town", ColumnType.CATEGORY),
    Column("day", ColumnType.DATE),
    Column("note", ColumnType.TEXT),
)


def test_many_rows_take_little_more_memory_than_what_is_told_of_them() -> None:
    rng = np.random.default_rng(0)
    towns = {f"town {place}": [f"in {town}" for town in rng.integers(0, 30, 30_000)] for place in range(6)}
    samples, columns = TableSamples(pl.DataFrame(towns)), tuple(Column(name, ColumnType.CATEGORY) for name in towns)
    tracemalloc.start()
    try:
        told = described(samples, columns)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert told.shape == (30_000, 6 * 24)
    assert peak < 1.6 * told.nbytes


def test_every_type_of_column_becomes_numbers_of_about_one_size() -> None:
    rows = 60
    frame = pl.DataFrame(
        {
            "price": [None if row == 3 else 1e6 * row for row in range(rows)],
            "town": [("Rome", "Oslo", None)[row % 3] for row in range(rows)],
            "day": [18_000.0 + row for row in range(rows)],
            "note": [f"seen {'twice' if row % 2 else 'once'} in the morning" for row in range(rows)],
        },
        schema_overrides={"price": pl.Float64, "town": pl.String},
    )
    told = described(TableSamples(frame), COLUMNS)
    assert told.shape[0] == rows and told.shape[1] >= 5
    assert np.isfinite(told).all()
    assert np.abs(told).max() < 10.0
    assert np.linalg.norm(told[10] - told[13]) < np.linalg.norm(told[10] - told[50])
