"""Change labels and classes: each change is one committed entry of the journal."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from labeling.errors import ProjectError
from labeling.project import marks
from labeling.project.journal import Journal, change_classes, classes_as_json
from labeling.project.samples import PRESENT
from labeling.project.store import Store
from labeling.project.stored import Label, Stored, encode, gives_several, names_in
from labeling.understanding import count

KEYS = "1234567890-="


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class: its name, how many samples it has, and the key that assigns it (empty beyond the twelfth)."""

    name: str
    count: int
    key: str


def classes(store: Store) -> list[ClassInfo]:
    """Return the classes in order."""
    present = {source for (source,) in store.rows("SELECT id FROM source WHERE present = 1")}
    counts: Counter[str] = Counter()
    several = gives_several(store)
    for label, source, number in store.rows("SELECT label, source, count(*) FROM sample GROUP BY label, source"):
        if source in present:
            counts.update(dict.fromkeys(names_in(label, several), number))
    names = [name for (name,) in store.rows("SELECT name FROM class ORDER BY position")]
    return [ClassInfo(name, counts[name], KEYS[at : at + 1]) for at, name in enumerate(names)]


def set_label(store: Store, journal: Journal, ids: Sequence[str], label: Label, name: str | None) -> int:
    """Give samples a label; return how many labels changed."""
    several = gives_several(store)
    value = encode((label,) if several and isinstance(label, str) else label)
    with store.atomic() as connection:
        _pick(connection, ids, value)
        changed = int(connection.execute("SELECT count(*) FROM picked").fetchone()[0])
        if changed:
            with journal.entry(name or _name(label, changed)) as entry:
                _relabel(connection, entry, value)
                marks.keep_classes(connection, entry, None if value is None else names_in(value, several))
                there: list[str] = json.loads(classes_as_json(connection))
                new = [known for known in names_in(value, several) if known not in there]
                change_classes(connection, entry, [*there, *new])
    return changed


def add_class(store: Store, journal: Journal, name: str) -> None:
    """Add a class at the end."""
    new = _checked(name)
    with store.atomic() as connection:
        there: list[str] = json.loads(classes_as_json(connection))
        if new in there:
            raise ProjectError(f"There is a class “{new}” already. Choose another name.")
        with journal.entry(f"Add class “{new}”") as entry:
            change_classes(connection, entry, [*there, new])


def rename_class(store: Store, journal: Journal, old: str, new: str) -> None:
    """Rename a class, or join it with the one of that name."""
    wanted = _checked(new)
    if wanted == old:
        return
    with store.atomic() as connection:
        there = _with(connection, old)
        joined = wanted in there
        after = [wanted if name == old else name for name in there if not (joined and name == old)]
        words = f"Join “{old}” with “{wanted}”" if joined else f"Rename “{old}” to “{wanted}”"
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
            change_classes(connection, entry, [other for other in there if other != name])


def _with(connection: sqlite3.Connection, name: str) -> list[str]:
    """Return all classes, of which ``name`` must be one."""
    there: list[str] = json.loads(classes_as_json(connection))
    if name not in there:
        raise ProjectError(f"There is no class “{name}”. The classes are: {', '.join(there) or 'none yet'}.")
    return there


def _pick(connection: sqlite3.Connection, ids: Sequence[str], label: Stored) -> None:
    """Gather the samples of these ids whose label is another."""
    _empty_picked(connection)
    connection.executemany(
        f"INSERT OR IGNORE INTO picked SELECT id FROM sample WHERE name = ? AND label IS NOT ? AND {PRESENT}",
        ((name, label) for name in ids),
    )


def _replace_class(connection: sqlite3.Connection, entry: int, old: str, new: str | None, several: bool) -> None:
    """Give every label that names ``old`` the name ``new`` instead, or take it away."""
    found = connection.execute(f"SELECT DISTINCT label FROM sample WHERE label IS NOT NULL AND {PRESENT}").fetchall()
    for (stored,) in found:
        names = names_in(stored, several)
        if old in names:
            left = [name for name in names if name != old] + ([new] if new else [])
            _empty_picked(connection)
            connection.execute(f"INSERT INTO picked SELECT id FROM sample WHERE label = ? AND {PRESENT}", (stored,))
            _relabel(connection, entry, encode(left) if several else new)


def _empty_picked(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS picked (id INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM picked")


def _relabel(connection: sqlite3.Connection, entry: int, label: Stored) -> None:
    """Give all picked samples a label, keeping what they had in the journal."""
    connection.execute(
        "INSERT INTO label_change (entry, sample, before, after) "
        "SELECT ?, sample.id, sample.label, ? FROM picked CROSS JOIN sample ON sample.id = picked.id",
        (entry, label),
    )
    connection.execute("UPDATE sample SET label = ? WHERE id IN (SELECT id FROM picked)", (label,))


def _name(label: Label, changed: int) -> str:
    many = "" if changed == 1 else f" ({count(changed, 'sample')})"
    said = ", ".join(label) if isinstance(label, tuple) else label
    return f"Clear label{many}" if label is None else f"Label “{said}”{many}"


def _checked(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise ProjectError("A class needs a name. Type one.")
    return plain
