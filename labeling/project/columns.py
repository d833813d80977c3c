"""Read the columns of a project's table in another way, or predict another one, as one change that can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.dates import date_words
from engine.task import Column, ColumnType, Kind
from labeling.batch import Batch
from labeling.classes import classes_of, respelled, spellings
from labeling.errors import ProjectError
from labeling.project.class_table import add_names, change_classes
from labeling.project.inputs import put_inputs, written_inputs
from labeling.project.journal import Journal
from labeling.project.same_rows import TableSource, check_rows
from labeling.project.samples import Samples
from labeling.project.store import Store
from labeling.project.stored import as_stored, encode
from labeling.understanding import TABLE_FORMAT, Understanding

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TableSource", "change_columns", "table_sources"]

Read = tuple[TableSource, Understanding, Batch]


def table_sources(store: Store) -> list[TableSource]:
    """Return the tables of a project, in the order they were taken in."""
    rows = store.rows("SELECT id, understanding FROM source WHERE present = 1 ORDER BY id")
    found = [TableSource(number, Understanding.from_json(json.loads(stored))) for number, stored in rows]
    return [source for source in found if source.understanding.format == TABLE_FORMAT]


def change_columns(store: Store, samples: Samples, journal: Journal, read: Sequence[Read]) -> None:
    """Put tables that were read anew in place of what is there; labels stay where the same column is predicted.

    Raises:
        ProjectError: a file has other rows than when it was taken in, or the same in another order; or a column that is
            read as dates from now on has days and months in another order in some of them.
    """
    _check_dates(read)
    read = _spelled_alike(read)
    for source, new, batch in read:
        check_rows(store, samples.table(source.number), source, new, batch.frame)
    with ExitStack() as stack:
        written = [stack.enter_context(written_inputs(batch.frame, samples.tables)) for _, _, batch in read]
        entry, connection = stack.enter_context(journal.entry(_name(read))), stack.enter_context(store.atomic())
        predicted = [
            _replaced(connection, samples, entry, inputs, *one) for inputs, one in zip(written, read, strict=True)
        ]
        if any(predicted):
            classes = [classes_of(batch.frame["label"]) for _, new, batch in read if new.kind is not Kind.REGRESSION]
            change_classes(connection, entry, [])
            for names in classes:
                add_names(connection, entry, names)


def _spelled_alike(read: Sequence[Read]) -> list[Read]:
    """Return tables whose classes are called the same in all of them, where they differ in capitals alone."""
    import polars as pl

    labels = [batch.frame["label"] for _, _, batch in read]
    alike = all(one.dtype == labels[0].dtype for one in labels)
    merged = spellings(pl.concat(labels)) if alike and labels else {}
    return [(source, new, _respelled(batch, merged)) for source, new, batch in read]


def _respelled(batch: Batch, merged: dict[str, str]) -> Batch:
    label = respelled(batch.frame["label"], merged).alias("label")
    return replace(batch, frame=batch.frame.with_columns(label))


def _check_dates(read: Sequence[Read]) -> None:
    """Refuse dates of which tables write days and months in another order: they would be mistaken in some of them."""
    from labeling.tables.dates import months_first

    first: dict[str, tuple[Path, Column]] = {}
    for source, new, _ in read:
        before = {column.name for column in source.understanding.columns if column.type is ColumnType.DATE}
        for column in new.columns:
            if column.type is not ColumnType.DATE or column.name in before:
                continue
            path, other = first.setdefault(column.name, (new.source, column))
            if months_first(other.format) is not months_first(column.format):
                raise ProjectError(
                    f"“{column.name}” holds dates written as {date_words(other.format)} in {path.name} and as "
                    f"{date_words(column.format)} in {new.source.name}, as far as can be told, so it stays as it was. "
                    "Start a new project with tables that write them in one way to learn from dates."
                )


def _replaced(
    connection: sqlite3.Connection,
    samples: Samples,
    entry: int,
    inputs: Path,
    source: TableSource,
    new: Understanding,
    batch: Batch,
) -> bool:
    """Replace one table; return whether another column, or the same in another way, is predicted from now on."""
    number, old = source.number, source.understanding
    path = samples.new_table_path(number)
    put_inputs(inputs, path)
    stored, file = connection.execute("SELECT understanding, inputs FROM source WHERE id = ?", (number,)).fetchone()
    after = as_stored(new)
    connection.execute(
        "INSERT INTO column_change (entry, source, before, after) VALUES (?, ?, ?, ?)",
        (entry, number, json.dumps([stored, file]), json.dumps([after, path.name])),
    )
    connection.execute("UPDATE source SET understanding = ?, inputs = ? WHERE id = ?", (after, path.name, number))
    if (new.target, new.kind) == (old.target, old.kind):
        return False
    _relabel(connection, entry, number, batch.frame["label"])
    return True


def _relabel(connection: sqlite3.Connection, entry: int, source: int, labels: pl.Series) -> None:
    rows = connection.execute("SELECT id, label FROM sample WHERE source = ? ORDER BY id", (source,)).fetchall()
    changes = [
        (entry, number, before, after)
        for (number, before), after in zip(rows, map(encode, labels.to_list()), strict=True)
        if before != after
    ]
    connection.executemany("INSERT INTO label_change (entry, sample, before, after) VALUES (?, ?, ?, ?)", changes)
    connection.executemany(
        "UPDATE sample SET label = ? WHERE id = ?", [(after, number) for _, number, _, after in changes]
    )


def _name(read: Sequence[Read]) -> str:
    """Return what the change is called: what is predicted, or the first column that is read otherwise."""
    source, new, _ = read[0]
    old = source.understanding
    if new.target != old.target:
        return f"Predict “{new.target}”"
    if new.kind is not old.kind:
        return f"Predict “{new.target}” as {'a number' if new.kind is Kind.REGRESSION else 'a class'}"
    before = {column.name: column.type for column in old.columns}
    after = {column.name: column.type for column in new.columns}
    changed = [name for name in {**before, **after} if before.get(name) is not after.get(name)]
    if len(changed) != 1:
        return f"Change how {len(changed)} columns are read"
    type_ = after.get(changed[0])
    if type_ is ColumnType.GROUP:
        return f"Keep rows of one “{changed[0]}” together"
    return f"Leave “{changed[0]}” out" if type_ is None else f"Read “{changed[0]}” as {type_.value}"
