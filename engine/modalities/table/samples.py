"""Table rows as samples: the task's input columns under their own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from engine.arrays import FloatArray, IntArray
from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities.table.decode import as_days, as_number, as_words
from engine.task import Column, ColumnType, Task

if TYPE_CHECKING:
    from engine.modalities.table.features import TableEncoder
    from engine.pieces import Pieces

_READERS: dict[ColumnType, Callable[[str, Any], float | str | None]] = {
    ColumnType.NUMBER: as_number,
    ColumnType.DATE: as_days,
    ColumnType.CATEGORY: as_words,
    ColumnType.TEXT: as_words,
}


@dataclass(frozen=True)
class TableSamples:
    """Rows of a table. ``frame`` has Float64 for numbers and dates, String for categories and texts, null for missing.

    The frame is never written to. The numbers made from it last are kept, because the learners of a run and the
    members of a model share one encoder; ``fitted`` holds the encoders learned from these rows, by columns, and
    ``fitting`` those that are being learned.
    """

    frame: pl.DataFrame
    fitted: dict[tuple[Column, ...], TableEncoder] = field(default_factory=dict, repr=False, compare=False)
    fitting: dict[tuple[Column, ...], Pieces[tuple[TableEncoder, FloatArray]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _encoded: dict[TableEncoder, FloatArray] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return self.frame.height

    def take(self, rows: IntArray) -> Self:
        """Return the rows at ``rows``, in that order."""
        return type(self)(self.frame[rows])

    def encoded(self, encoder: TableEncoder) -> FloatArray:
        """Return ``encoder.encode(self)``, shape [n, columns], computed once; not to be written to."""
        if encoder not in self._encoded:
            self.keep(encoder, encoder.encode(self))
        return self._encoded[encoder]

    def keep(self, encoder: TableEncoder, numbers: FloatArray) -> None:
        """Keep what an encoder makes of these rows."""
        self._encoded.clear()
        numbers.flags.writeable = False
        self._encoded[encoder] = numbers

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]], task: Task) -> Self:
        """Make samples of typed-in rows; an absent column, ``None`` and text such as ``NA`` or none at all are missing.

        Raises:
            DataError: a value cannot be read as its column's type.
        """
        data: dict[str, pl.Series] = {}
        for column in task.columns:
            values = [_READERS[column.type](column.name, row.get(column.name)) for row in rows]
            data[column.name] = pl.Series(column.name, values, dtype=_dtype(column))
        return cls(pl.DataFrame(data))


def _dtype(column: Column) -> type[pl.String] | type[pl.Float64]:
    return pl.String if column.type in (ColumnType.CATEGORY, ColumnType.TEXT) else pl.Float64


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> TableSamples:
    """Return the dataset's rows; tables need no cache.

    Raises:
        DataError: the task names no input column.
    """
    if not task.columns:
        raise DataError("The table has no column to learn from. Choose another target or add columns.")
    return TableSamples(dataset.inputs(task.columns))


def ask_samples(items: Sequence[Any], task: Task) -> tuple[TableSamples, dict[int, str]]:
    """Return the typed-in rows, and what is wrong with those that cannot be read, by their place."""
    good, problems = [], {}
    for place, item in enumerate(items):
        try:
            TableSamples.from_rows([item], task)
            good.append(item)
        except DataError as error:
            problems[place] = str(error)
    return TableSamples.from_rows(good, task), problems
