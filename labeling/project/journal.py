"""The journal: every change a person makes is a named entry that can be undone and redone, without limit.

Undoing is itself a committed write, so it survives a restart. A new change after undoing drops what was undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from labeling.project.class_table import turn_classes
from labeling.project.store import Store

COLUMNS = "id, name, time, undone"
LAST_DONE = f"SELECT {COLUMNS} FROM journal WHERE undone = 0 ORDER BY id DESC LIMIT 1"
FIRST_UNDONE = f"SELECT {COLUMNS} FROM journal WHERE undone = 1 ORDER BY id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A change: what it is called, the local time it was made, and whether it is undone now."""

    id: int
    name: str
    time: str
    undone: bool


class Journal:
    """The changes of a project, in order."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def entry(self, name: str) -> Iterator[int]:
        """Record a change: yield its number inside a transaction that commits it whole."""
        with self._store.atomic() as connection:
            connection.execute("DELETE FROM journal WHERE undone = 1")
            now = datetime.now().isoformat(timespec="seconds")
            number = connection.execute("INSERT INTO journal (name, time) VALUES (?, ?)", (name, now)).lastrowid
            assert number is not None
            yield number

    def undo(self) -> Entry | None:
        """Take back the last change and return it; None where there is none."""
        return self._turn(LAST_DONE, undone=True)

    def redo(self) -> Entry | None:
        """Make the change again that was undone last and return it; None where there is none."""
        return self._turn(FIRST_UNDONE, undone=False)

    def go_to(self, entry: int) -> int:
        """Undo all changes after an entry, or redo those up to it, as one write; 0 is before the first.

        Returns:
            How many changes were undone or redone.
        """
        turned = 0
        with self._store.atomic():
            while (last := self._next(LAST_DONE)) is not None and last.id > entry and self.undo():
                turned += 1
            while (next_one := self._next(FIRST_UNDONE)) is not None and next_one.id <= entry and self.redo():
                turned += 1
        return turned

    @property
    def can_undo(self) -> str | None:
        """The name of what :meth:`undo` would take back."""
        found = self._next(LAST_DONE)
        return found.name if found else None

    @property
    def can_redo(self) -> str | None:
        """The name of what :meth:`redo` would make again."""
        found = self._next(FIRST_UNDONE)
        return found.name if found else None

    @property
    def newest(self) -> int:
        """The id of the change that :meth:`undo` would take back; 0 where there is none."""
        found = self._next(LAST_DONE)
        return found.id if found else 0

    def entries(self, limit: int = 100, offset: int = 0) -> list[Entry]:
        """Return the newest changes, newest first, all with a limit of -1."""
        sql = f"SELECT {COLUMNS} FROM journal ORDER BY id DESC LIMIT ? OFFSET ?"
        return [_as_entry(row) for row in self._store.rows(sql, (limit, offset))]

    def _next(self, which: str) -> Entry | None:
        found = self._store.rows(which)
        return _as_entry(found[0]) if found else None

    def _turn(self, which: str, undone: bool) -> Entry | None:
        with self._store.atomic() as connection:
            found = self._next(which)
            if found is None:
                return None
            _apply(connection, found.id, "before" if undone else "after")
            connection.execute("UPDATE source SET present = ? WHERE entry = ?", (int(not undone), found.id))
            connection.execute("UPDATE journal SET undone = ? WHERE id = ?", (int(undone), found.id))
        return replace(found, undone=undone)


def _as_entry(row: tuple[int, str, str, int]) -> Entry:
    number, name, time, undone = row
    return Entry(number, name, time, bool(undone))


def _apply(connection: sqlite3.Connection, entry: int, side: str) -> None:
    connection.execute(
        f"UPDATE sample SET label = c.{side} FROM label_change AS c WHERE c.entry = ? AND c.sample = sample.id",
        (entry,),
    )
    connection.execute(
        f"UPDATE sample SET marks = c.{side} FROM mark_change AS c WHERE c.entry = ? AND c.sample = sample.id",
        (entry,),
    )
    connection.execute(
        f"UPDATE sample SET skipped = c.{side} FROM skip_change AS c WHERE c.entry = ? AND c.sample = sample.id",
        (entry,),
    )
    connection.execute(
        f"UPDATE source SET understanding = json_extract(c.{side}, '$[0]'), inputs = json_extract(c.{side}, '$[1]') "
        "FROM column_change AS c WHERE c.entry = ? AND c.source = source.id",
        (entry,),
    )
    turn_classes(connection, entry, side)
