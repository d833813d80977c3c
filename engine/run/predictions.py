"""``predictions.csv``: an id, the prediction, and for classes a probability column each, named by the class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.arrays import FloatArray
from engine.task import Kind, Task

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def column_names(task: Task) -> list[str]:
    """Return the header. A class called like an earlier column gets `` (class)`` behind its name."""
    names = ["id", "prediction"]
    if task.kind is Kind.MULTICLASS:
        for name in task.classes:
            unique = name
            while unique in names:
                unique += " (class)"
            names.append(unique)
    return names


def write_predictions(path: Path, task: Task, ids: Sequence[str], values: FloatArray) -> None:
    """Write [n, outputs] predictions as CSV, whole or not at all.

    Texts that a spreadsheet would run as a formula get a leading ``'`` (OWASP ASVS 1.2.10), in the id and the
    prediction; the header keeps the class names as they are.
    """
    import polars as pl

    names = column_names(task)
    columns: dict[str, pl.Series] = {"id": pl.Series([_plain(text) for text in ids], dtype=pl.String)}
    if task.kind is Kind.MULTICLASS:
        classes = [_plain(name) for name in task.classes]
        columns["prediction"] = pl.Series([classes[code] for code in values.argmax(axis=1)], dtype=pl.String)
        for number, name in enumerate(names[2:]):
            columns[name] = pl.Series(values[:, number])
    else:
        columns["prediction"] = pl.Series(values[:, 0])
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    pl.DataFrame(columns).write_csv(temporary)
    temporary.replace(path)


def _plain(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
