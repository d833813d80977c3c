"""Table columns as numbers: the one encoding that every table member and the exported graph share.

The arithmetic, column by column, in the order of ``TableEncoder.columns``:

* A number or date is its float64 value; null, NaN and both infinities are missing and become NaN.
* A category is a code: the ``m`` known values are 0..m-1 (most frequent first), any other text is ``m``, and
  missing (null or the empty text) is ``m + 1``. Texts are compared character by character, blanks and case included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from engine.arrays import FloatArray, IntArray
from engine.errors import ModelError
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType

MIN_COUNT = 2
MAX_VALUES = 10_000


@dataclass(frozen=True, slots=True)
class EncodedColumn:
    """A column with the category values it knows (none for numbers and dates)."""

    name: str
    type: ColumnType
    values: tuple[str, ...] = ()

    @property
    def is_category(self) -> bool:
        """Whether the column becomes codes."""
        return self.type is ColumnType.CATEGORY

    @property
    def unknown_code(self) -> int:
        """The code of texts that are not known, ``m``."""
        return len(self.values)

    @property
    def missing_code(self) -> int:
        """The code of missing values, ``m + 1``, the largest there is."""
        return len(self.values) + 1


@dataclass(frozen=True, slots=True)
class TableEncoder:
    """Turns rows into numbers as the module's docstring says. Fitted on training rows, without their labels."""

    columns: tuple[EncodedColumn, ...]

    @classmethod
    def fit(cls, samples: TableSamples, columns: Sequence[Column]) -> Self:
        """Learn the known values: those seen at least ``MIN_COUNT`` times, at most ``MAX_VALUES`` a column."""
        return cls(tuple(_fit_column(samples.frame[column.name], column) for column in columns))

    @property
    def categories(self) -> IntArray:
        """Indices of the category columns."""
        return np.array([i for i, column in enumerate(self.columns) if column.is_category], dtype=np.int64)

    def encode(self, samples: TableSamples) -> FloatArray:
        """Return float64 numbers, shape [n, len(columns)], row-major."""
        numbers = np.empty((len(samples), len(self.columns)))
        for i, column in enumerate(self.columns):
            series = samples.frame[column.name]
            numbers[:, i] = _codes(series, column) if column.is_category else _numbers(series)
        return numbers

    def to_json(self) -> list[dict[str, Any]]:
        """Return plain JSON values."""
        return [{"name": c.name, "type": c.type.value, "values": list(c.values)} for c in self.columns]

    @classmethod
    def from_json(cls, data: Sequence[Mapping[str, Any]]) -> Self:
        """Rebuild from :meth:`to_json`.

        Raises:
            ModelError: a field is missing or of another type.
        """
        try:
            return cls(
                tuple(
                    EncodedColumn(str(c["name"]), ColumnType(c["type"]), tuple(str(v) for v in c["values"]))
                    for c in data
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The model's description of its columns cannot be read: {error!r}.") from error


def _fit_column(series: pl.Series, column: Column) -> EncodedColumn:
    if column.type is not ColumnType.CATEGORY:
        return EncodedColumn(column.name, column.type)
    texts = series.drop_nulls().rename("text")
    counts = texts.filter(texts != "").value_counts(name="count").filter(pl.col("count") >= MIN_COUNT)
    ordered = counts.sort(["count", "text"], descending=[True, False])["text"].head(MAX_VALUES)
    return EncodedColumn(column.name, column.type, tuple(ordered.to_list()))


def _numbers(series: pl.Series) -> FloatArray:
    values = series.to_numpy().astype(np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _codes(series: pl.Series, column: EncodedColumn) -> FloatArray:
    known = pl.Series(column.values, dtype=pl.String)
    numbers = pl.Series(range(len(known)), dtype=pl.Float64)
    found = series.replace_strict(known, numbers, default=column.unknown_code, return_dtype=pl.Float64)
    missing = (series.is_null() | (series == "").fill_null(False)).to_numpy()
    return np.where(missing, float(column.missing_code), found.to_numpy())
