"""Columns that give the answer away: they are known only once the answer is, so a model would be of no use later.

Two kinds are looked for: a number that is the answer but for a factor and an offset, and values that nearly always
stand with one answer alone, although each occurs often enough for that to be no chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine.task import Column, ColumnType
from labeling.understanding import LeftOut

FEW_ROWS = 100
SAME = 0.9999  # correlation
CERTAIN = 0.999  # share of rows whose value has met one answer alone, or the most frequent answer of that value
ROWS_A_VALUE = 10
COMMON = 0.95  # where one answer is this frequent, agreeing with it proves nothing


def leaks(inputs: pl.DataFrame, columns: Sequence[Column], labels: pl.Series) -> list[LeftOut]:
    """Return the columns that give the answer away, and why.

    Args:
        inputs: the columns as the model reads them, under their own names, [n].
        columns: how each of them is read.
        labels: the answers [n], Float64 for numbers and String for classes; missing ones are passed over, and
            other types have no leaks.
    """
    known = labels.is_not_null()
    if known.sum() < FEW_ROWS or labels.dtype not in (pl.Float64, pl.String):
        return []
    answers, rows = labels.filter(known), inputs.filter(known)
    found = []
    for column in columns:
        cells = rows[column.name]
        if answers.dtype == pl.Float64:
            if column.type is ColumnType.NUMBER and _follows(cells, answers):
                found.append(
                    LeftOut(column.name, "it gives the answer away: it rises and falls exactly as the answer does")
                )
        elif column.type is not ColumnType.TEXT and _decides(cells, answers):
            found.append(
                LeftOut(column.name, "it gives the answer away: each of its values stands with one answer alone")
            )
    return found


def without_leaks(columns: Sequence[Column], found: Sequence[LeftOut]) -> list[Column]:
    """Return the other columns; all of them where nothing else would be left to learn from."""
    names = {leak.name for leak in found}
    return [column for column in columns if column.name not in names] or list(columns)


def _follows(cells: pl.Series, answers: pl.Series) -> bool:
    """Return whether a number is the answer but for a factor and an offset."""
    both = pl.DataFrame({"x": cells, "y": answers}).drop_nulls()
    if both.height < max(FEW_ROWS, 0.5 * len(answers)) or both["x"].n_unique() < 2 or both["y"].n_unique() < 3:
        return False
    correlation = both.select(pl.corr("x", "y")).item()
    return correlation is not None and abs(correlation) > SAME


def _decides(cells: pl.Series, answers: pl.Series) -> bool:
    """Return whether a column's values, each seen often, tell the class nearly without fail."""
    if len(cells) < ROWS_A_VALUE * (cells.n_unique() - 1):
        return False
    both = pl.DataFrame({"x": cells, "y": answers}).drop_nulls()
    values = both["x"].n_unique()
    if both.height < max(FEW_ROWS, 0.5 * len(answers)) or both.height < ROWS_A_VALUE * values:
        return False
    largest = both["y"].value_counts()["count"].max()
    pairs = both.group_by("x", "y").len().group_by("x").agg(pl.col("len").max())
    certain = int(pairs["len"].sum())
    return certain >= CERTAIN * both.height and float(largest) < COMMON * both.height  # type: ignore[arg-type]
