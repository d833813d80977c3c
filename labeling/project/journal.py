"""The journal: every change a person makes is a named entry that can be undone and redone, without limit.

Undoing is itself a committed write, so it survives a restart. A new change after undoing drops what was undone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from labeling.project.store import Store

LAST_DONE = "SELECT id, name FROM journal WHERE undone = 0 ORDER BY id DESC LIMIT 1"
FIRST_UNDONE = "SELECT id, name FROM journal WHERE undone = 1 ORDER BY id LIMIT 1"


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

    def undo(self) -> str | None:
        """Take back the last change and return its name; None where there is none."""
        return self._turn(LAST_DONE, undone=True)

    def redo(self) -> str | None:
        """Make the change again that was undone last and return its name; None where there is none."""
        return self._turn(FIRST_UNDONE, undone=False)

    @property
    def can_undo(self) -> str | None:
        """The name of what :meth:`undo` would take back."""
        found = self._store.rows(LAST_DONE)
        return found[0][1] if found else None

    @property
    def can_redo(self) -> str | None:
        """The name of what :meth:`redo` would make again."""
        found = self._store.rows(FIRST_UNDONE)
        return found[0][1] if found else None

    def entries(self, limit: int = 100) -> list[Entry]:
        """Return the newest changes, newest first."""
        sql = "SELECT id, name, time, undone FROM journal ORDER BY id DESC LIMIT ?"
        return [
            Entry(number, name, time, bool(undone)) for number, name, time, undone in self._store.rows(sql, (limit,))
        ]

    def _turn(self, which: str, undone: bool) -> str | None:
        with self._store.atomic() as connection:
            found = connection.execute(which).fetchone()
            if found is None:
                return None
            number, name = found
            _apply(connection, number, "before" if undone else "after")
            connection.execute("UPDATE source SET present = ? WHERE entry = ?", (int(not undone), number))
            connection.execute("UPDATE journal SET undone = ? WHERE id = ?", (int(undone), number))
        return str(name)


def classes_as_json(connection: sqlite3.Connection) -> str:
    """Return all class names in order, as the journal keeps them."""
    return json.dumps([name for (name,) in connection.execute("SELECT name FROM class ORDER BY position")])


def write_classes(connection: sqlite3.Connection, names: list[str]) -> None:
    """Replace all classes."""
    connection.execute("DELETE FROM class")
    connection.executemany("INSERT INTO class (name, position) VALUES (?, ?)", [(n, at) for at, n in enumerate(names)])


def change_classes(connection: sqlite3.Connection, entry: int, names: list[str]) -> None:
    """Replace all classes as part of a journal entry."""
    before = classes_as_json(connection)
    after = json.dumps(names)
    if before == after:
        return
    write_classes(connection, names)
    connection.execute(
        "INSERT INTO class_change (entry, before, after) VALUES (?, ?, ?) "
        "ON CONFLICT (entry) DO UPDATE SET after = excluded.after",
        (entry, before, after),
    )


def _apply(connection: sqlite3.Connection, entry: int, side: str) -> None:
    connection.execute(
        f"UPDATE sample SET label = c.{side} FROM label_change AS c WHERE c.entry = ? AND c.sample = sample.id",
        (entry,),
    )
    connection.execute(
        f"UPDATE sample SET marks = c.{side} FROM mark_change AS c WHERE c.entry = ? AND c.sample = sample.id",
        (entry,),
    )
    found = connection.execute(f"SELECT {side} FROM class_change WHERE entry = ?", (entry,)).fetchone()
    if found is not None:
        write_classes(connection, json.loads(found[0]))
