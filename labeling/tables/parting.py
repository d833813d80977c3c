"""The column of a table that says which rows are kept for the test, as lists of files and exported labels have it."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from labeling.splits import SPLIT_COLUMNS, TEST_NAMES, TRAIN_NAMES, VALIDATION_NAMES, split_name
from labeling.tables.columns import NESTED, text

SAYS_PART = "it says which rows are kept for the test"


def parting_column(table: pl.LazyFrame, wanted: Collection[str]) -> str | None:
    """Return the column whose every cell names a part, not all of them the test; those ``wanted`` otherwise are none.

    A missing cell says that its row is not kept apart. All rows are asked: those of the test may be the last ones.
    """
    for name, dtype in table.collect_schema().items():
        if name.lower() not in SPLIT_COLUMNS or name in wanted or isinstance(dtype, NESTED):
            continue
        cells = table.select(text(name, dtype).alias(name).unique()).collect(engine="streaming").to_series()
        parts = {split_name(cell) for cell in cells.drop_nulls()}
        others = bool(cells.null_count()) or parts != {"test"}
        if None not in parts and parts - {"train"} and others:
            return name
    return None


def parts(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return what the cells of such a column say: ``test`` or ``train``; null where they say nothing."""
    said = dict.fromkeys((*TRAIN_NAMES, *VALIDATION_NAMES), "train") | dict.fromkeys(TEST_NAMES, "test")
    cells = text(name, dtype).str.to_lowercase()
    return cells.replace_strict(list(said), list(said.values()), default=None, return_dtype=pl.String)


def kept_apart(table: pl.LazyFrame, name: str) -> int:
    """Return how many rows of a table such a column keeps for the test."""
    said = parts(name, table.collect_schema()[name])
    return int(table.select((said == "test").sum().alias(name)).collect(engine="streaming").item())
