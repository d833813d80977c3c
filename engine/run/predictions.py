"""``predictions.csv``: an id, the prediction, and for classes a probability column each, named by the class.

Where a sample may have several classes, the prediction is their names joined by ``;``, with ``,`` for a ``;`` in them,
and empty when it has none.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from engine.arrays import FloatArray
from engine.files import replace
from engine.model.answers import answers
from engine.task import Kind, Task


def column_names(task: Task) -> list[str]:
    """Return the header. A class called like an earlier column gets `` (class)`` behind its name."""
    names = ["id", "prediction"]
    if task.kind is not Kind.REGRESSION:
        for name in task.classes:
            unique = name
            while unique in names:
                unique += " (class)"
            names.append(unique)
    return names


def write_predictions(
    path: Path, task: Task, ids: Sequence[str], values: FloatArray, unread: Collection[str] = ()
) -> None:
    """Write [n, outputs] predictions as CSV, whole or not at all; of samples that are ``unread`` the id alone.

    Ids and class names stand exactly as the data has them, so that scripts can join on them.
    """
    import polars as pl

    names = column_names(task)
    columns: dict[str, pl.Series] = {"id": pl.Series(list(ids), dtype=pl.String)}
    if task.kind is not Kind.REGRESSION:
        columns["prediction"] = pl.Series(answers(task, values), dtype=pl.String)
        for number, name in enumerate(names[2:]):
            columns[name] = pl.Series(values[:, number])
    else:
        columns["prediction"] = pl.Series(values[:, 0])
    frame = pl.DataFrame(columns)
    if unread:
        known = ~frame["id"].is_in(list(unread))
        frame = frame.select("id", pl.when(known).then(pl.exclude("id")))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            frame.write_csv(file)
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
