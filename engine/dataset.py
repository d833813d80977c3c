"""The frozen table of samples that a run is given, and where each sample stands.

One row a sample, as Parquet:

=============  ========  ==========================================================================
column         type      meaning
=============  ========  ==========================================================================
``id``         String    unique; a path relative to the imported folder, or a row number from 0
``reference``  String    absolute path of the media or text file; null where the sample is a row
``content``    String    hash of the file's bytes, the key of feature caches; null where the sample is a row
``label``      String    class name; Float64 for a regression; List(String) for several classes (empty: none)
``split``      String    ``train`` or ``test`` (the untouched part)
``fold``       Int32     see :mod:`engine.split`; -2 in the test part
``group``      Int64     near-duplicates share a number
``x:<name>``   Float64   a number or date column of a table (missing: null)
``x:<name>``   String    a category or text column (missing: null)
=============  ========  ==========================================================================

A dataset to be predicted only (``predict.parquet``) has ``id``, ``reference``, ``content`` and ``x:`` columns alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.errors import DataError
from engine.files import replace
from engine.task import Column, ColumnType, Kind, Task

if TYPE_CHECKING:
    import polars as pl

INPUT_PREFIX = "x:"
_WORDS = (ColumnType.CATEGORY, ColumnType.TEXT)


class Split(StrEnum):
    """The part a sample belongs to."""

    TRAIN = "train"
    TEST = "test"


@dataclass(frozen=True)
class Dataset:
    """A frozen table of samples. The frame is never written to."""

    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    @property
    def ids(self) -> list[str]:
        """Ids in row order."""
        return self.frame["id"].to_list()

    @property
    def references(self) -> list[str]:
        """Absolute media paths in row order (images)."""
        return self.frame["reference"].to_list()

    @property
    def content(self) -> list[str]:
        """Content hashes in row order (images)."""
        return self.frame["content"].to_list()

    @property
    def folds(self) -> IntArray:
        """Fold numbers in row order, shape [n]."""
        return self.frame["fold"].to_numpy().astype(np.int64)

    def without_inputs(self) -> Dataset:
        """Return it with what is known of its samples alone: ids, labels and folds, as far as they are there."""
        return Dataset(self.frame.select(name for name in ("id", "label", "fold") if name in self.frame.columns))

    def part(self, split: Split) -> Dataset:
        """Return the rows of one part, in order."""
        return Dataset(self.frame.filter(self.frame["split"] == split.value))

    def labels(self, task: Task) -> FloatArray:
        """Return labels as numbers: class indices [n], target values [n], or 0 and 1 for each class [n, classes].

        Raises:
            DataError: a label is not one of the task's classes.
        """
        column = self.frame["label"]
        if task.kind is Kind.REGRESSION:
            return column.to_numpy().astype(np.float64)
        index = {name: code for code, name in enumerate(task.classes)}
        try:
            if task.kind is Kind.MULTILABEL:
                return _multi_hot([[index[name] for name in names] for names in column.to_list()], len(index))
            return np.array([index[name] for name in column.to_list()], dtype=np.float64)
        except KeyError as error:
            raise DataError(f"The label {error.args[0]!r} is not one of the task's classes.") from error

    def inputs(self, columns: tuple[Column, ...]) -> pl.DataFrame:
        """Return a table's input columns under their own names, absent ones as missing.

        Shape [n, len(columns)]; Float64 for numbers and dates, String for categories and texts.
        """
        import polars as pl

        wanted, there = [], set(self.frame.columns)
        for column in columns:
            dtype = pl.String if column.type in _WORDS else pl.Float64
            stored = INPUT_PREFIX + column.name
            source = pl.col(stored) if stored in there else pl.repeat(None, pl.len(), dtype=dtype)
            wanted.append(source.cast(dtype).alias(column.name))
        return self.frame.select(wanted) if wanted else pl.DataFrame()

    def write(self, path: Path) -> None:
        """Write as Parquet, whole or not at all (OSError: full disk)."""
        import polars as pl

        temporary = path.with_name(path.name + ".tmp")
        try:
            self.frame.write_parquet(temporary)
        except (OSError, pl.exceptions.PolarsError) as error:
            temporary.unlink(missing_ok=True)
            raise OSError(str(error).rpartition(": ")[2]) from error
        replace(temporary, path)

    @classmethod
    def read(cls, path: Path, columns: Sequence[str] = ("id",)) -> Dataset:
        """Read from Parquet.

        Raises:
            DataError: the file is missing, or is no dataset with these columns.
        """
        import polars as pl

        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DataError(f"The dataset {path.name} cannot be read: {error}.") from error
        missing = [name for name in columns if name not in frame.columns]
        if missing:
            raise DataError(f"{path.name} is not a dataset: it has no {missing[0]} column.")
        return cls(frame)


def _multi_hot(codes: list[list[int]], width: int) -> FloatArray:
    labels = np.zeros((len(codes), width))
    for row, mine in enumerate(codes):
        labels[row, mine] = 1.0
    return labels
