"""Cells of a table from outside that are not what the model learned to read in their column, and count as missing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine.dataset import INPUT_PREFIX
from engine.task import Column, ColumnType
from engine.wording import unread
from labeling.tables.columns import WORDS, text
from labeling.tables.source import OpenTable

_MISSING, _COUNT = "\0missing:", "\0count:"


def unread_cells(columns: Sequence[Column], table: OpenTable, read: pl.DataFrame) -> list[str]:
    """Return a sentence for each column of numbers or dates with cells that say something, but nothing of the kind.

    ``read`` are the rows of the table as :func:`labeling.formats.table.inputs_of` has them. Cells are looked at as they
    go by, beside what was read of them: as strings, all of a large table would take several times what it does as read.
    """
    schema = table.lazy.collect_schema()
    wanted = [column for column in columns if _may_be_unread(column, schema, read)]
    if not wanted:
        return []
    given = table.lazy.select(_given(column.name, schema[column.name]) for column in wanted)
    missing = read.lazy().select(_is_missing(column.name) for column in wanted)
    strange = [pl.when(_MISSING + column.name).then(pl.col(column.name)) for column in wanted]
    seen = (
        pl.concat([given, missing], how="horizontal")
        .select(strange)
        .select(pl.all().count().name.prefix(_COUNT), pl.all().drop_nulls().first())
        .collect(engine="streaming")
    )
    lost = [
        (column, cells, str(seen[column.name][0])) for column in wanted if (cells := seen.item(0, _COUNT + column.name))
    ]
    return unread(lost, read.height)


def _may_be_unread(column: Column, schema: pl.Schema, read: pl.DataFrame) -> bool:
    if column.type not in (ColumnType.NUMBER, ColumnType.DATE) or column.name not in schema:
        return False
    return not schema[column.name].is_numeric() and read[INPUT_PREFIX + column.name].null_count() > 0


def _is_missing(name: str) -> pl.Expr:
    """Return whether nothing was read of the cells of a column."""
    return pl.col(INPUT_PREFIX + name).is_null().alias(_MISSING + name)


def _given(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the cells as the table has them, missing ones as null."""
    return text(name, dtype).alias(name) if dtype in WORDS else pl.col(name)
