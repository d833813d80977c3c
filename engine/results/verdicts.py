"""What a model said about samples it did not learn from, read from the files beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.errors import ModelError
from engine.metrics.decisions import NAMED_FROM
from engine.model.answers import JOINED_BY, joinable
from engine.run.tables import PROBABILITY_PREFIX
from engine.task import Kind, Task

if TYPE_CHECKING:
    import polars as pl

FILES = {"test": "test.parquet", "validation": "validation.parquet"}


@dataclass(frozen=True)
class Verdicts:
    """Predictions of samples unseen in learning, row by row.

    ``truth`` and ``said`` are [n]: class indices, or values for a regression; where a sample may have several classes
    they are [n, classes] of 0 and 1. ``probabilities`` is [n, classes], and [n, 0] for a regression. ``part`` is
    ``test`` (never looked at before the end) or ``validation`` (each was predicted by models that had not learned
    from it, but the choice of models was made on them).
    """

    part: str
    ids: tuple[str, ...]
    truth: FloatArray
    said: FloatArray
    probabilities: FloatArray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def codes(self) -> tuple[IntArray, IntArray]:
        """True and said class indices, each [n]."""
        return self.truth.astype(np.int64), self.said.astype(np.int64)

    @property
    def sets(self) -> tuple[BoolArray, BoolArray]:
        """True and said classes of samples that may have several, each [n, classes]."""
        return self.truth > 0, self.said > 0


def read_verdicts(model: Path, task: Task) -> Verdicts | None:
    """Return the verdicts on the test part where there is one, else on the validation part, else None.

    Raises:
        ModelError: a file is there but cannot be read.
    """
    for part, name in FILES.items():
        path = model / name
        if path.is_file():
            found = _read(path, part, task)
            if len(found):
                return found
    return None


def _read(path: Path, part: str, task: Task) -> Verdicts:
    import polars as pl

    try:
        frame = pl.read_parquet(path)
        ids = tuple(str(value) for value in frame["id"])
        if task.kind is Kind.REGRESSION:
            empty = np.zeros((len(ids), 0))
            return Verdicts(part, ids, _numbers(frame["label"]), _numbers(frame["prediction"]), empty)
        wanted = [PROBABILITY_PREFIX + name for name in task.classes]
        probabilities = frame.select(wanted).to_numpy().astype(np.float64)
        if task.kind is Kind.MULTILABEL:
            truth = _sets(frame["label"], task.classes)
            return Verdicts(part, ids, truth, (probabilities >= NAMED_FROM).astype(np.float64), probabilities)
        truth = _coded(frame["label"], task.classes)
        return Verdicts(part, ids, truth, probabilities.argmax(axis=1).astype(np.float64), probabilities)
    except (OSError, KeyError, ValueError, pl.exceptions.PolarsError) as error:
        raise ModelError(
            f"{path.name} cannot be read ({error}), so there are no results to show. Train again to measure the model."
        ) from error


def _sets(column: pl.Series, classes: tuple[str, ...]) -> FloatArray:
    index = {joinable(name): code for code, name in enumerate(classes)}
    sets = np.zeros((len(column), len(classes)))
    for row, joined in enumerate(column):
        sets[row, [index[name] for name in str(joined).split(JOINED_BY) if name]] = 1.0
    return sets


def _numbers(column: pl.Series) -> FloatArray:
    return column.to_numpy().astype(np.float64)


def _coded(column: pl.Series, classes: tuple[str, ...]) -> FloatArray:
    index = {name: code for code, name in enumerate(classes)}
    return np.array([index[str(name)] for name in column], dtype=np.float64)
