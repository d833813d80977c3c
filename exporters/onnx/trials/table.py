"""Rows of the run, and rows with gaps, unseen words and numbers that no table has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from engine.dataset import Dataset
from engine.modalities import open_samples
from engine.modalities.table.samples import TableSamples
from engine.task import Task
from exporters.onnx.inputs.table import WORDS
from exporters.onnx.trials.base import Trial, in_batches, named_rows

REAL_ROWS = 1000
USUAL = REAL_ROWS + 100
_MADE_UP_ROWS = 200
_AWKWARD_ROWS = 100
_HUGE = (1e300, -1e300, 1e18, -1e18, 1e-300, 0.0, -0.0, float("inf"), float("-inf"), float("nan"))
_SPELLED = ("true", "TRUE", "1", "1.0")  # which may mean what the model knows as “True” or “1”
_AWKWARD_TEXTS = ("", " ", "never seen before", "😀\u200d\n", "0", "NaN", *_SPELLED, "x" * 5000, None)


def make(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Trial]:
    """Yield calls of 1, 2, 17 and all other rows of the run, then rows with awkward values."""
    if dataset is None or not len(dataset):
        samples, names = _made_up_rows(task, rng), [f"made-up row {row}" for row in range(_MADE_UP_ROWS)]
    else:
        opened, (rows, names) = open_samples(dataset, task), named_rows(dataset, rng, "row", REAL_ROWS)
        assert isinstance(opened, TableSamples)
        samples = opened.take(rows)
    yield from in_batches(names, samples, real=bool(dataset))
    yield _awkward_rows(task, samples, rng)


def _made_up_rows(task: Task, rng: np.random.Generator) -> TableSamples:
    texts: list[str | None] = ["a", "b", *_AWKWARD_TEXTS]
    return TableSamples(
        pl.DataFrame(
            {
                column.name: _texts([texts[i] for i in rng.integers(0, len(texts), _MADE_UP_ROWS)])
                if column.type in WORDS
                else pl.Series(rng.normal(size=_MADE_UP_ROWS))
                for column in task.columns
            }
        )
    )


def _awkward_rows(task: Task, samples: TableSamples, rng: np.random.Generator) -> Trial:
    """Return rows with values no table has; the first is missing throughout, the second awkward throughout."""
    rows = rng.integers(0, len(samples), _AWKWARD_ROWS)
    frame = samples.take(rows).frame
    columns = {}
    for column in task.columns:
        strange = rng.random(_AWKWARD_ROWS) < 0.5
        strange[1] = True
        is_text = column.type in WORDS
        pool: Sequence[str | float | None] = _AWKWARD_TEXTS if is_text else _HUGE
        values: list[str | float | None] = frame[column.name].to_list()
        values = [pool[int(rng.integers(len(pool)))] if odd else own for own, odd in zip(values, strange, strict=True)]
        values[0] = None
        columns[column.name] = pl.Series(values, dtype=pl.String if is_text else pl.Float64)
    names = tuple(f"row with awkward values {row}" for row in range(_AWKWARD_ROWS))
    return Trial(names, TableSamples(pl.DataFrame(columns)), real=False)


def _texts(values: Sequence[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)
