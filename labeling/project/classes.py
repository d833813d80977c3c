"""Change the classes: their names, order, colours and keys. Each change is one committed entry of the journal."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from labeling.classes import joinable
from labeling.errors import ProjectError
from labeling.project import marks
from labeling.project.class_table import StoredClass, add_names, change_classes, class_names, read_classes
from labeling.project.journal import Journal
from labeling.project.labels import empty_picked, relabel
from labeling.project.samples import PRESENT
from labeling.project.store import Store
from labeling.project.stored import encode, gives_several, names_in

KEYS = "1234567890-="
COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class.

    Attributes:
        name: what it is called.
        count: how many samples have it.
        key: the key that assigns it; empty if it has none.
        colour: the colour that a person chose, ``#rrggbb``; empty for the palette's own.
    """

    name: str
    count: int
    key: str
    colour: str = ""


def classes(store: Store) -> list[ClassInfo]:
    """Return the classes in order."""
    counts = _counts(store)
    stored = [StoredClass(*row) for row in store.rows("SELECT name, colour, key FROM class ORDER BY position")]
    keys = keys_of(stored)
    return [ClassInfo(found.name, counts[found.name], keys[found.name], found.colour) for found in stored]


def keys_of(stored: Sequence[StoredClass]) -> dict[str, str]:
    """Return the key of each class: the one chosen for it, or that of its place in the digit row if it is free."""
    taken = {found.key for found in stored if found.key}
    keys = {}
    for place, found in enumerate(stored):
        own = KEYS[place : place + 1]
        keys[found.name] = found.key or ("" if own in taken else own)
    return keys


def merged_count(store: Store, first: str, second: str) -> int:
    """Return how many samples a class has that two would become; those of both count once."""
    several = gives_several(store)
    found = store.rows(f"SELECT label, count(*) FROM sample WHERE label IS NOT NULL AND {PRESENT} GROUP BY label")
    return sum(number for label, number in found if {first, second} & set(names_in(label, several)))


def add_class(store: Store, journal: Journal, name: str) -> None:
    """Add a class at the end."""
    with store.atomic() as connection:
        names = class_names(connection)
        new = _checked(name, names)
        if new in names:
            raise ProjectError(f"There is a class “{new}” already. Choose another name.")
        with journal.entry(f"Add class “{new}”") as entry:
            add_names(connection, entry, [new])


def rename_class(store: Store, journal: Journal, old: str, new: str) -> None:
    """Rename a class, or merge it into the one of that name."""
    with store.atomic() as connection:
        there = _with(connection, old)
        names = [found.name for found in there]
        wanted = _checked(new, names)
        if wanted == old:
            return
        merged = wanted in names
        if merged:
            after = [found for found in there if found.name != old]
        else:
            after = [replace(found, name=wanted) if found.name == old else found for found in there]
        words = f"Merge “{old}” into “{wanted}”" if merged else f"Rename “{old}” to “{wanted}”"
        with journal.entry(words) as entry:
            _replace_class(connection, entry, old, wanted, gives_several(store))
            marks.replace_class(connection, entry, old, wanted)
            change_classes(connection, entry, after)


def remove_class(store: Store, journal: Journal, name: str) -> None:
    """Remove a class and its labels."""
    with store.atomic() as connection:
        there = _with(connection, name)
        with journal.entry(f"Remove class “{name}”") as entry:
            _replace_class(connection, entry, name, None, gives_several(store))
            marks.replace_class(connection, entry, name, None)
            change_classes(connection, entry, [found for found in there if found.name != name])


def set_colour(store: Store, journal: Journal, name: str, colour: str) -> None:
    """Give a class a colour, ``#rrggbb``, or with an empty one the palette's own again."""
    wanted = colour.lower()
    if wanted and not COLOUR.fullmatch(wanted):
        raise ProjectError(f"“{colour}” is no colour. Write it as #rrggbb, for example #d55e00.")
    with store.atomic() as connection:
        after = [replace(found, colour=wanted) if found.name == name else found for found in _with(connection, name)]
        _keep(connection, journal, f"Colour class “{name}”", after)


def set_key(store: Store, journal: Journal, name: str, key: str) -> None:
    """Give a class a key; the class that has it gets the one this class had."""
    with store.atomic() as connection:
        there = _with(connection, name)
        keys = keys_of(there)
        if keys[name] == key:
            return
        other = next((owner for owner, held in keys.items() if held == key), None)
        given = {name: key} | ({other: keys[name]} if other is not None else {})
        after = [replace(found, key=given.get(found.name, found.key)) for found in there]
        _keep(connection, journal, f"Give “{name}” the key {key}", after)


def move_class(store: Store, journal: Journal, name: str, by: int) -> None:
    """Move a class up (negative) or down in the order; past an end it stays there."""
    with store.atomic() as connection:
        there = _with(connection, name)
        place = [found.name for found in there].index(name)
        moved = there.pop(place)
        there.insert(min(max(place + by, 0), len(there)), moved)
        _keep(connection, journal, f"Move class “{name}” {'up' if by < 0 else 'down'}", there)


def _keep(connection: sqlite3.Connection, journal: Journal, name: str, after: Sequence[StoredClass]) -> None:
    if list(after) != read_classes(connection):
        with journal.entry(name) as entry:
            change_classes(connection, entry, after)


def _counts(store: Store) -> Counter[str]:
    present = {source for (source,) in store.rows("SELECT id FROM source WHERE present = 1")}
    counts: Counter[str] = Counter()
    several = gives_several(store)
    for label, source, number in store.rows("SELECT label, source, count(*) FROM sample GROUP BY label, source"):
        if source in present:
            counts.update(dict.fromkeys(names_in(label, several), number))
    return counts


def _with(connection: sqlite3.Connection, name: str) -> list[StoredClass]:
    """Return all classes, of which ``name`` must be one."""
    if name not in class_names(connection):
        known = ", ".join(class_names(connection))
        raise ProjectError(f"There is no class “{name}”. The classes are: {known or 'none yet'}.")
    return read_classes(connection)


def _replace_class(connection: sqlite3.Connection, entry: int, old: str, new: str | None, several: bool) -> None:
    """Give every label that names ``old`` the name ``new`` instead, or take it away."""
    empty_picked(connection)
    found = connection.execute(f"SELECT DISTINCT label FROM sample WHERE label IS NOT NULL AND {PRESENT}").fetchall()
    for (stored,) in found:
        names = names_in(stored, several)
        if old in names:
            left = [name for name in names if name != old] + ([new] if new else [])
            after = encode(left) if several else new
            pick = f"INSERT INTO picked SELECT id, ? FROM sample WHERE label = ? AND {PRESENT}"
            connection.execute(pick, (after, stored))
    relabel(connection, entry)


def _checked(name: str, there: Collection[str]) -> str:
    """Return the name as it is kept: as it can be joined with others, unless a class of those there has it as it is."""
    plain = " ".join(name.split())
    if not plain:
        raise ProjectError("A class needs a name. Type one.")
    return plain if plain in there else joinable(plain)
