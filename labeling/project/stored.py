"""How things lie in the database: a class name as TEXT, a number as REAL, several classes as a JSON list of names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from engine.task import Kind
from labeling.project.store import Store
from labeling.understanding import TABLE_FORMAT, Understanding

Label = str | float | tuple[str, ...] | None
Stored = str | float | None

KIND = (
    "SELECT json_extract(understanding, '$.kind') AS kind FROM source "
    "WHERE present = 1 AND kind IS NOT NULL ORDER BY kind = 'multilabel' DESC, id LIMIT 1"
)
# The label of a sample of several classes as a list, although a plain name may stand there (see :func:`decode`).
LISTED = (
    "CASE WHEN label IS NULL THEN NULL WHEN NOT json_valid(label) THEN json_array(label) "
    "WHEN json_type(label) = 'array' THEN label ELSE json_array(label) END"
)


def kind_of(store: Store) -> Kind | None:
    """Return what the samples of this project are given, as the first import that says so has it; None where none does.

    Samples without labels, taken in later, say nothing of it. Where earlier versions took in single classes beside
    several, several it is: only then can all labels be read.
    """
    kind = store.value(KIND)
    return None if kind is None else Kind(kind)


def gives_several(store: Store) -> bool:
    """Return whether the samples of this project have any number of classes each."""
    return kind_of(store) is Kind.MULTILABEL


def as_stored(understanding: Understanding) -> str:
    """Return what was understood of an import as JSON.

    Of a table the files that were meant stay in it, for it can be read anew; of others they may be many thousands.
    """
    kept = understanding if understanding.format == TABLE_FORMAT else replace(understanding, chosen=())
    return json.dumps(kept.to_json())


def encode(label: Label | Sequence[str]) -> Stored:
    """Return a label as it is stored; names in sorted order, so that equal labels are equal."""
    if label is None or isinstance(label, str):
        return label
    if isinstance(label, int | float):
        return float(label)
    return json.dumps(sorted(set(label)), ensure_ascii=False)


def decode(value: Stored, several: bool) -> Label:
    """Return a stored label; ``several`` says that the project gives each sample any number of classes.

    There may be plain names among their lists: earlier versions took in folders of single classes as such.
    """
    return _listed(value) if several and isinstance(value, str) else value


def names_in(value: Stored, several: bool) -> tuple[str, ...]:
    """Return the classes that a stored label names."""
    label = decode(value, several)
    if isinstance(label, tuple):
        return label
    return (label,) if isinstance(label, str) else ()


def _listed(value: str) -> tuple[str, ...]:
    try:
        names = json.loads(value)
    except ValueError:
        return (value,)
    return tuple(map(str, names)) if isinstance(names, list) else (value,)
