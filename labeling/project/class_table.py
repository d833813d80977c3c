"""The classes as the database holds them: in order, each with the colour and the key that a person chose for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from labeling.classes import MAX_CLASSES
from labeling.errors import ProjectError


@dataclass(frozen=True, slots=True)
class StoredClass:
    """A class: its name, and the colour (``#rrggbb``) and key chosen for it, empty where none was."""

    name: str
    colour: str = ""
    key: str = ""


def read_classes(connection: sqlite3.Connection) -> list[StoredClass]:
    """Return all classes in order."""
    return [StoredClass(*row) for row in connection.execute("SELECT name, colour, key FROM class ORDER BY position")]


def class_names(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all classes in order."""
    return [stored.name for stored in read_classes(connection)]


def change_classes(connection: sqlite3.Connection, entry: int, classes: Sequence[StoredClass]) -> None:
    """Replace all classes as part of a journal entry."""
    before = read_classes(connection)
    if before == list(classes):
        return
    _write(connection, classes)
    connection.execute(
        "INSERT INTO class_change (entry, before, after) VALUES (?, ?, ?) "
        "ON CONFLICT (entry) DO UPDATE SET after = excluded.after",
        (entry, _as_json(before), _as_json(classes)),
    )


def add_names(connection: sqlite3.Connection, entry: int, names: Sequence[str]) -> None:
    """Add the classes of these names that are not there yet, at the end, as part of a journal entry.

    Raises:
        ProjectError: there would be more than can be told apart.
    """
    there = read_classes(connection)
    known = {stored.name for stored in there}
    new = [StoredClass(name) for name in dict.fromkeys(names) if name not in known]
    number = len(there) + len(new)
    if new and number > MAX_CLASSES:
        raise ProjectError(
            f"The project would have {number:,} classes; at most {MAX_CLASSES:,} can be told apart, so nothing was "
            "changed. Join classes that belong together."
        )
    if new:
        change_classes(connection, entry, [*there, *new])


def turn_classes(connection: sqlite3.Connection, entry: int, side: str) -> None:
    """Make the classes as they were ``before`` or ``after`` a journal entry, if it changed them."""
    found = connection.execute(f"SELECT {side} FROM class_change WHERE entry = ?", (entry,)).fetchone()
    if found is not None:
        _write(connection, _from_json(found[0]))


def _write(connection: sqlite3.Connection, classes: Sequence[StoredClass]) -> None:
    connection.execute("DELETE FROM class")
    rows = [(stored.name, place, stored.colour, stored.key) for place, stored in enumerate(classes)]
    connection.executemany("INSERT INTO class (name, position, colour, key) VALUES (?, ?, ?, ?)", rows)


def _as_json(classes: Sequence[StoredClass]) -> str:
    return json.dumps([[stored.name, stored.colour, stored.key] for stored in classes], ensure_ascii=False)


def _from_json(text: str) -> list[StoredClass]:
    return [StoredClass(item) if isinstance(item, str) else StoredClass(*item) for item in json.loads(text)]
