"""Take a batch of samples into a project, as one change that can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.dataset import INPUT_PREFIX
from engine.task import Kind
from labeling.annotations.marks import renamed
from labeling.batch import Batch
from labeling.classes import classes_of, folded, respelled, told
from labeling.errors import ImportRefused
from labeling.file_names import is_there
from labeling.project.class_table import add_names
from labeling.project.inputs import has_inputs, put_inputs, written_inputs
from labeling.project.journal import Journal
from labeling.project.samples import PRESENT, Samples
from labeling.project.store import Store
from labeling.project.stored import as_stored, encode, kind_of
from labeling.project.taking_over import offers, take_over
from labeling.understanding import NOUNS, Understanding, count
from labeling.unpacked import keep

if TYPE_CHECKING:
    import polars as pl

CHUNK = 50_000
GIVES = {
    Kind.MULTICLASS: "gives each sample one class",
    Kind.MULTILABEL: "gives each sample any number of classes",
    Kind.REGRESSION: "gives each sample a number",
}
INSERT = (
    "INSERT INTO sample (source, name, reference, content, look, tones, label, split, marks) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Added:
    """What came of an import.

    Attributes:
        new: samples that are new.
        known: samples that the project knew already by their content.
        labelled: how many of the known ones had no label and got the one that came with the import.
        told: sentences about classes that the project calls otherwise.
    """

    new: int
    known: int
    labelled: int = 0
    told: tuple[str, ...] = ()


def add(store: Store, samples: Samples, understanding: Understanding, batch: Batch) -> Added:
    """Take in what is new of a batch. A known picture that was moved gets its new place, one without a label its label.

    Raises:
        ImportRefused: it does not go with what the project holds.
        ProjectError: there would be too many classes, or the disk is full or cannot be written.
    """
    hashed = _content_of(batch.frame)  # as the file has it, whatever its classes are called here by now
    merged = _spelled_as_here(store, batch)
    batch = _respelled(batch, merged)
    latest = store.value("SELECT understanding FROM source WHERE present = 1 ORDER BY id DESC")
    if latest is not None:
        there = Understanding.from_json(json.loads(latest))
        labelled = store.value(f"SELECT 1 FROM sample WHERE label IS NOT NULL AND {PRESENT} LIMIT 1") is not None
        kind = kind_of(store) or (Kind.MULTICLASS if labelled else None)
        _check_fit(replace(there, kind=kind), understanding)
    frame, known, moved = _new_rows(store, understanding, batch.frame, hashed)
    written = written_inputs(frame, samples.tables) if has_inputs(frame) else nullcontext()
    with written as inputs, store.atomic() as connection:
        offered = [] if understanding.holds_rows else offers(connection, known)
        if frame.height or offered:
            with Journal(store).entry(_name(understanding, frame.height, len(offered))) as entry:
                source = _insert(connection, entry, understanding, frame, hashed)
                take_over(connection, entry, offered)
                if understanding.kind is not Kind.REGRESSION:
                    add_names(connection, entry, classes_of(batch.frame["label"]))
                if inputs is not None:  # at last: what fails before leaves no file behind
                    put_inputs(inputs, samples.table_path(source))
    if frame.height or moved:
        keep(understanding.source)
    store.fold_log()
    return Added(frame.height, known.height, len(offered), tuple(told(merged)) if frame.height or offered else ())


def _spelled_as_here(store: Store, batch: Batch) -> dict[str, str]:
    """Return which classes differ from one of the project in capitals, or in how accents are stored, alone."""
    there = [name for (name,) in store.rows("SELECT name FROM class ORDER BY position DESC")]
    known = {folded(name): name for name in there}
    return {
        name: known[folded(name)]
        for name in set(classes_of(batch.frame["label"])) - set(there)
        if folded(name) in known
    }


def _respelled(batch: Batch, merged: dict[str, str]) -> Batch:
    """Return a batch whose classes are called as ``merged`` says."""
    if not merged:
        return batch
    import polars as pl

    frame = batch.frame.with_columns(respelled(batch.frame["label"], merged).alias("label"))
    if "marks" in frame.columns:
        marks = [renamed(one, merged) for one in frame["marks"]]
        frame = frame.with_columns(pl.Series("marks", marks, dtype=pl.String))
    return replace(batch, frame=frame)


def _name(understanding: Understanding, new: int, labelled: int) -> str:
    noun = NOUNS[understanding.modality]
    whose = f"{count(labelled, noun)} from {understanding.source.name}"
    if not new:
        return f"Label {whose}"
    return f"Add {count(new, noun)}" + (f" and label {whose}" if labelled else "")


def _insert(
    connection: sqlite3.Connection, entry: int, understanding: Understanding, frame: pl.DataFrame, hashed: str
) -> int:
    """Add the samples of a new source, and return its number."""
    source = connection.execute(
        "INSERT INTO source (entry, understanding, content) VALUES (?, ?, ?)",
        (entry, as_stored(understanding), hashed),
    ).lastrowid
    assert source is not None
    connection.executemany(INSERT, _rows(connection, source, understanding, frame))
    return source


def _check_fit(there: Understanding, new: Understanding) -> None:
    if there.modality is not new.modality or there.holds_rows is not new.holds_rows:
        raise ImportRefused(
            f"This project holds {_held(there)}, and {new.source.name} holds {_held(new)}. Start a new project for it."
        )
    kinds = {there.kind, new.kind} - {None}
    by_column = new.holds_rows and (there.target is not None or new.target is not None)
    if (not by_column or there.target == new.target) and len(kinds) > 1:
        raise ImportRefused(
            f"This project {GIVES[there.kind or Kind.MULTICLASS]}, and {new.source.name} "
            f"{GIVES[new.kind or Kind.MULTICLASS]}. Choose the same there, or start a new project."
        )
    if new.holds_rows and {c.name for c in there.columns} != {c.name for c in new.columns}:
        raise ImportRefused(
            f"{new.source.name} has other columns than the table in this project. Start a new project for it."
        )
    types = {column.name: column.type for column in there.columns}
    other = [column for column in new.columns if types[column.name] is not column.type] if new.holds_rows else []
    if other:
        raise ImportRefused(
            f"“{other[0].name}” is read as {types[other[0].name].value} in this project, and as "
            f"{other[0].type.value} in {new.source.name}. Leave its columns as they were found, or start a new project."
        )
    if by_column and (there.target, there.kind) != (new.target, new.kind):
        raise ImportRefused(
            f"This project predicts “{there.target}”, and {new.source.name} was taken to predict “{new.target}”. "
            f"Choose “{there.target}” there, or start a new project."
        )


def _held(understanding: Understanding) -> str:
    return "a table" if understanding.holds_rows else f"{NOUNS[understanding.modality]}s"


def _new_rows(
    store: Store, understanding: Understanding, frame: pl.DataFrame, hashed: str
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Return the rows whose content the project does not hold, those it does, and how many of these were moved."""
    if understanding.holds_rows:
        known = store.value("SELECT 1 FROM source WHERE present = 1 AND content = ?", (hashed,))
        return (frame.clear(), frame, 0) if known else (frame, frame.clear(), 0)
    there = dict(store.rows(f"SELECT content, reference FROM sample WHERE {PRESENT} AND content IS NOT NULL"))
    if not there:
        return frame, frame.clear(), 0
    moved = []
    for content, reference in frame.select("content", "reference").iter_rows():
        if content in there and there[content] != reference and not is_there(there[content]):
            moved.append((reference, content))
            there[content] = reference
    with store.atomic() as connection:
        connection.executemany(f"UPDATE sample SET reference = ? WHERE content = ? AND {PRESENT}", moved)
    is_known = frame["content"].is_in(list(there))
    return frame.filter(~is_known), frame.filter(is_known), len(moved)


def _content_of(frame: pl.DataFrame) -> str:
    """Return a hash of a whole table's inputs and labels; of files nothing, they carry their own."""
    import xxhash

    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
    if not inputs:
        return ""
    rows = frame.select([*inputs, "label"]).hash_rows(seed=0).to_numpy()
    return xxhash.xxh3_128_hexdigest(rows.tobytes())


def _rows(
    connection: sqlite3.Connection, source: int, understanding: Understanding, frame: pl.DataFrame
) -> Iterator[tuple[Any, ...]]:
    free = _free_names(connection, understanding.source.name, frame["id"].to_list())
    columns = frame.select("reference", "content", "look", "tones", "label", "split", "marks")
    for start in range(0, frame.height, CHUNK):
        for name, row in zip(free[start : start + CHUNK], columns.slice(start, CHUNK).iter_rows(), strict=True):
            *rest, label, split, marks = row
            yield (source, name, *rest, encode(label), split, marks)


def _free_names(connection: sqlite3.Connection, origin: str, names: list[str]) -> list[str]:
    """Return names that no sample has yet: those of a second import start with what it came from."""
    taken = {name for (name,) in connection.execute("SELECT name FROM sample")}
    if taken.isdisjoint(names):
        return names
    repeat = 1
    while True:
        repeat += 1
        prefix = origin if repeat == 2 else f"{origin} ({repeat - 1})"
        prefixed = [f"{prefix}/{name}" for name in names]
        if taken.isdisjoint(prefixed):
            return prefixed
