"""Change the labels of samples: each change is one committed entry of the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from labeling.project import marks
from labeling.project.asked import Asked, record
from labeling.project.class_table import add_names
from labeling.project.journal import Journal
from labeling.project.samples import PRESENT
from labeling.project.store import Store
from labeling.project.stored import Label, Stored, decode, encode, gives_several, names_in
from labeling.understanding import count


def set_labels(
    store: Store, journal: Journal, wanted: Mapping[str, Label], name: str | None, asked: Mapping[str, Asked]
) -> int:
    """Give each sample its label, all as one change; return how many labels changed. ``asked``: what was suggested."""
    several = gives_several(store)
    values = {id: encode((label,) if several and isinstance(label, str) else label) for id, label in wanted.items()}
    with store.atomic() as connection:
        _pick(connection, values.items())
        changed = int(connection.execute("SELECT count(*) FROM picked").fetchone()[0])
        if changed:
            with journal.entry(name or _name(wanted, changed)) as entry:
                relabel(connection, entry)
                record(connection, entry, asked)
                marks.keep_classes(connection, entry)
                add_names(connection, entry, [known for value in values.values() for known in names_in(value, several)])
    return changed


def set_skipped(store: Store, journal: Journal, ids: Sequence[str], skipped: bool, name: str) -> int:
    """Pass samples over, or no longer; return for how many that is new."""
    with store.atomic() as connection:
        empty_picked(connection)
        connection.executemany(
            f"INSERT OR IGNORE INTO picked (id) SELECT id FROM sample WHERE name = ? AND skipped = ? AND {PRESENT}",
            ((name, int(not skipped)) for name in ids),
        )
        changed = int(connection.execute("SELECT count(*) FROM picked").fetchone()[0])
        if changed:
            with journal.entry(name) as entry:
                sql = "INSERT INTO skip_change (entry, sample, before, after) SELECT ?, id, ?, ? FROM picked"
                connection.execute(sql, (entry, int(not skipped), int(skipped)))
                connection.execute("UPDATE sample SET skipped = ? WHERE id IN (SELECT id FROM picked)", (int(skipped),))
    return changed


def skipped(store: Store) -> set[str]:
    """Return the ids of the samples that are passed over."""
    return {name for (name,) in store.rows(f"SELECT name FROM sample WHERE skipped = 1 AND +{PRESENT}")}


def changed_labels(store: Store, entry: int) -> dict[str, Label] | None:
    """Return the labels of now of the samples that an entry changed; None if it changed more than labels and marks."""
    for table in ("source", "class_change", "skip_change", "column_change"):
        if store.value(f"SELECT 1 FROM {table} WHERE entry = ?", (entry,)):
            return None
    several = gives_several(store)
    changed = " UNION ".join(
        f"SELECT sample FROM {table} WHERE entry = ?1" for table in ("label_change", "mark_change")
    )
    rows = store.rows(f"SELECT name, label FROM sample WHERE id IN ({changed}) ORDER BY id", (entry,))
    return {name: decode(stored, several) for name, stored in rows}


def empty_picked(connection: sqlite3.Connection) -> None:
    """Begin to gather samples, with the labels they shall get, in the table ``picked`` of this connection."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS picked (id INTEGER PRIMARY KEY, label)")
    connection.execute("DELETE FROM picked")


def relabel(connection: sqlite3.Connection, entry: int) -> None:
    """Give all picked samples their label, keeping what they had in the journal."""
    connection.execute(
        "INSERT INTO label_change (entry, sample, before, after) "
        "SELECT ?, sample.id, sample.label, picked.label FROM picked CROSS JOIN sample ON sample.id = picked.id",
        (entry,),
    )
    connection.execute(  # UPDATE … FROM would look at every sample
        "UPDATE sample SET label = (SELECT label FROM picked WHERE picked.id = sample.id) "
        "WHERE id IN (SELECT id FROM picked)"
    )


def _pick(connection: sqlite3.Connection, wanted: Iterable[tuple[str, Stored]]) -> None:
    """Gather the samples of these ids whose label is another."""
    empty_picked(connection)
    connection.executemany(
        f"INSERT OR IGNORE INTO picked SELECT id, ? FROM sample WHERE name = ? AND label IS NOT ? AND {PRESENT}",
        ((label, name, label) for name, label in wanted),
    )


def _name(wanted: Mapping[str, Label], changed: int) -> str:
    given = set(wanted.values())
    if len(given) > 1:
        return f"Label {count(changed, 'sample')}"
    label = given.pop()
    many = "" if changed == 1 else f" ({count(changed, 'sample')})"
    said = ", ".join(label) if isinstance(label, tuple) else label
    return f"Clear label{many}" if label is None else f"Label “{said}”{many}"
