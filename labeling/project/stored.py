"""How labels lie in the database: a class name as TEXT, a number as REAL, several classes as a JSON list of names."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.task import Kind
from labeling.project.store import Store

Label = str | float | tuple[str, ...] | None
Stored = str | float | None

KINDS = "SELECT json_extract(understanding, '$.kind') FROM source WHERE present = 1"


def gives_several(store: Store) -> bool:
    """Return whether the samples of this project have any number of classes each."""
    return any(kind == Kind.MULTILABEL.value for (kind,) in store.rows(KINDS))


def encode(label: Label | Sequence[str]) -> Stored:
    """Return a label as it is stored; names in sorted order, so that equal labels are equal."""
    if label is None or isinstance(label, str):
        return label
    if isinstance(label, int | float):
        return float(label)
    return json.dumps(sorted(set(label)), ensure_ascii=False)


def decode(value: Stored, several: bool) -> Label:
    """Return a stored label; ``several`` says that the project gives each sample any number of classes."""
    if several and isinstance(value, str):
        return tuple(json.loads(value))
    return value


def names_in(value: Stored, several: bool) -> tuple[str, ...]:
    """Return the classes that a stored label names."""
    label = decode(value, several)
    if isinstance(label, tuple):
        return label
    return (label,) if isinstance(label, str) else ()
