"""The columns of a table as a person may want them: what each can be read as, and the table read anew that way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.task import Column, ColumnType
from labeling.understanding import Understanding

if TYPE_CHECKING:
    from labeling.batch import Batch


@dataclass(frozen=True, slots=True)
class Offered:
    """A column of a table.

    Attributes:
        name: the column's name.
        types: how it can be read, as it looks first; none where it holds nothing to learn from.
        type: how it is read now; None where it is left out, or predicted.
        reason: why it is left out now, if it is.
        can_be_target: whether it can be predicted.
        example: a cell of it.
    """

    name: str
    types: tuple[ColumnType, ...]
    type: ColumnType | None
    reason: str
    can_be_target: bool
    example: str


def offered(understanding: Understanding) -> list[Offered]:
    """Return all columns of the table that was understood, in the order of the file.

    Raises:
        ImportRefused: the file is gone or no table any more.
    """
    from labeling.formats.table import looked_at
    from labeling.tables.columns import text, types_for
    from labeling.tables.guess import can_be_target

    frame, facts = looked_at(understanding.source, understanding.chosen)
    now = {column.name: column.type for column in understanding.columns}
    reasons = {left.name: left.reason for left in understanding.left_out}
    found = []
    for fact in facts:
        dtype = frame.schema[fact.name]
        cells = (
            frame.head(200).select(text(fact.name, dtype) if not fact.nested else fact.name).to_series().drop_nulls()
        )
        found.append(
            Offered(
                fact.name, types_for(fact), now.get(fact.name), reasons.get(fact.name, ""), can_be_target(fact),
                " ".join(str(cells[0]).split()) if len(cells) else "",
            )
        )  # fmt: skip
    return found


def read_anew(
    old: Understanding,
    target: str | None,
    types: Mapping[str, ColumnType | None],
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Understanding, Batch]:
    """Understand and read a table once more, with another target or other types.

    Its rows stay kept for the test, or not, as they are, so that no other column says it from now on.

    Raises:
        ImportRefused: the file is gone, or cannot be read that way.
        Cancelled: the person stopped it.
    """
    from labeling.importing import read, understand

    kind = old.kind if target == old.target else None
    new = understand(
        old.source, chosen=old.chosen, target=target, kind=kind, kept=_without(old.kept, target), types=types,
        parting=() if old.parted_by is None else (old.parted_by,), cancelled=cancelled,
    )  # fmt: skip
    new = replace(
        new,
        columns=_dates_as_before(old, new),
        dates=_own_dates(old, new),
        parted_by=old.parted_by,
        set_apart=old.set_apart,
        apart=old.apart,
    )
    return new, read(new, cancelled=cancelled)


def _dates_as_before(old: Understanding, new: Understanding) -> tuple[Column, ...]:
    """Return new columns, dates written as they were read so far: a short table does not tell days from months."""
    dates = {column.name: column for column in old.columns if column.type is ColumnType.DATE}
    return tuple(dates.get(c.name, c) if c.type is ColumnType.DATE else c for c in new.columns)


def _own_dates(old: Understanding, new: Understanding) -> tuple[tuple[str, str], ...]:
    """Return how this table writes dates otherwise than its project, of columns that are dates still."""
    still = {column.name for column in new.columns if column.type is ColumnType.DATE}
    return tuple((name, pattern) for name, pattern in old.dates if name in still)


def _without(names: tuple[str, ...], target: str | None) -> tuple[str, ...]:
    return tuple(name for name in names if name != target)
