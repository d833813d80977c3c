"""Predictions beside their labels, for whoever shows where a model is right and wrong.

``validation.parquet`` and ``test.parquet`` in the model folder: ``id``, ``label``, ``prediction`` and, for classes, a
probability column ``p:<class>`` each. Several classes of a sample are joined by ``;`` in the task's order, with ``,``
for a ``;`` in their names. Rows without a prediction are left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.dataset import Dataset
from engine.files import replace
from engine.model.answers import answers, joined
from engine.task import Kind, Task

PROBABILITY_PREFIX = "p:"


def write_table(path: Path, task: Task, dataset: Dataset, predictions: FloatArray) -> None:
    """Write [n, outputs] predictions of a labelled dataset [n], atomically."""
    import polars as pl

    rows = np.isfinite(predictions).all(axis=1)
    frame = dataset.frame.select("id", "label").filter(pl.Series(rows))
    values = predictions[rows]
    if task.kind is Kind.MULTILABEL:
        place = {name: code for code, name in enumerate(task.classes)}
        labels = [joined(sorted(names, key=place.__getitem__)) for names in frame["label"].to_list()]
        frame = frame.with_columns(pl.Series("label", labels, dtype=pl.String))
    if task.kind is not Kind.REGRESSION:
        columns = [pl.Series("prediction", answers(task, values), dtype=pl.String)]
        columns += [pl.Series(PROBABILITY_PREFIX + name, values[:, k]) for k, name in enumerate(task.classes)]
    else:
        columns = [pl.Series("prediction", values[:, 0])]
    temporary = path.with_name(f".{path.name}.tmp")
    frame.with_columns(columns).write_parquet(temporary)
    replace(temporary, path)
