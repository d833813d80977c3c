"""Boxes, regions and spans of samples: read them, change them as named entries of the journal.

The label of a sample with marks names their classes, so that what learns from labels learns from marks too, and those
that it was given as a whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.task import Modality
from labeling.annotations.marks import Mark, from_json, to_json
from labeling.classes import called
from labeling.errors import ProjectError
from labeling.project.class_table import add_names
from labeling.project.journal import Journal
from labeling.project.samples import NAMED_PRESENT, PRESENT, portions
from labeling.project.store import Store
from labeling.project.stored import Label, Stored, encode, gives_several, names_in

MODALITY = "SELECT json_extract(understanding, '$.modality') FROM source WHERE present = 1 ORDER BY id DESC"
MOMENT = timedelta(seconds=2)  # between two changes that are one to whoever holds a key down


@dataclass(frozen=True, slots=True)
class Change:
    """What a change is called, and whether it goes on with the last one where that is the same, a moment ago."""

    name: str
    joined: bool = False


def marks(store: Store, ids: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
    """Return the marks of these samples; samples of which nothing is said are not in it."""
    modality = Modality(store.value(MODALITY) or Modality.IMAGE)
    found: dict[str, tuple[Mark, ...]] = {}
    for part, places in portions(ids):
        sql = f"SELECT name, marks FROM sample WHERE {NAMED_PRESENT} AND marks IS NOT NULL AND name IN ({places})"
        found |= {name: from_json(stored, modality) for name, stored in store.rows(sql, part)}
    return found


def set_marks(store: Store, journal: Journal, id: str, new: Sequence[Mark] | None, change: Change) -> dict[str, Label]:
    """Give a sample marks, or take all of them away with None; return its label from then on, nothing if all was so.

    Raises:
        ProjectError: the project gives each sample one class or a number.
    """
    if not gives_several(store):
        raise ProjectError("Samples of this project have one label each, so parts of them cannot be marked.")
    stored = None if new is None else to_json(new)
    with store.atomic() as connection:
        sql = f"SELECT id, marks, label FROM sample WHERE name = ? AND {PRESENT}"
        found = connection.execute(sql, (id,)).fetchone()
        if found is None or found[1] == stored:
            return {}
        names = _named(found[1], found[2], new)
        label = encode(names)
        if change.joined and label == found[2] and _goes_on(connection, change.name, found[0], stored):
            return {id: names}
        with journal.entry(change.name) as entry:
            _change(connection, entry, found[0], found[1], stored)
            if found[2] != label:
                sql = "INSERT INTO label_change (entry, sample, before, after) VALUES (?, ?, ?, ?)"
                connection.execute(sql, (entry, found[0], found[2], label))
                connection.execute("UPDATE sample SET label = ? WHERE id = ?", (label, found[0]))
            add_names(connection, entry, names or ())
    return {id: names}


def _named(before: str | None, label: Stored, new: Sequence[Mark] | None) -> tuple[str, ...] | None:
    """Return the classes of new marks, and those of the label that no mark had ``before``: of the whole sample.

    A class that marks had in another spelling keeps that of the label.
    """
    marked = {name for name, *_ in json.loads(before)} if before is not None else set()
    names = set(names_in(label, several=True))
    spelled = called(marked, names)
    whole = names - marked - set(spelled.values())
    given = {spelled.get(mark.label, mark.label) for mark in new or ()}
    return None if new is None and not whole else tuple(sorted(whole | given))


def replace_class(connection: sqlite3.Connection, entry: int, old: str, new: str | None) -> None:
    """Give every mark of a class another, or remove it, as part of a journal entry."""
    sql = f"SELECT id, marks FROM sample WHERE instr(marks, ?) > 0 AND {PRESENT}"
    for number, stored in connection.execute(sql, (json.dumps(old, ensure_ascii=False),)).fetchall():
        listed = json.loads(stored)
        kept = [[new if label == old else label, *place] for label, *place in listed if label != old or new is not None]
        after = json.dumps(kept, ensure_ascii=False)
        if kept != listed:
            _change(connection, entry, number, stored, after)


def keep_classes(connection: sqlite3.Connection, entry: int) -> None:
    """Remove marks of classes that the picked samples' new labels do not name; all of them where the label is none."""
    sql = "SELECT sample.id, marks, picked.label FROM picked CROSS JOIN sample ON sample.id = picked.id"
    for number, stored, label in connection.execute(f"{sql} WHERE marks IS NOT NULL").fetchall():
        names = names_in(label, several=True)
        kept = None if label is None else [mark for mark in json.loads(stored) if mark[0] in names]
        after = None if kept is None else json.dumps(kept, ensure_ascii=False)
        if after is None or kept != json.loads(stored):
            _change(connection, entry, number, stored, after)


def _goes_on(connection: sqlite3.Connection, name: str, sample: int, after: str | None) -> bool:
    """Make a change one with the last entry of the journal, if that did the same to the sample a moment ago."""
    sql = (
        "SELECT id, name, time FROM journal JOIN mark_change ON entry = id "
        "WHERE id = (SELECT max(id) FROM journal) AND undone = 0 AND sample = ?"
    )
    last = connection.execute(sql, (sample,)).fetchone()
    if last is None or last[1] != name or datetime.now() - datetime.fromisoformat(last[2]) > MOMENT:
        return False
    connection.execute("UPDATE mark_change SET after = ? WHERE entry = ? AND sample = ?", (after, last[0], sample))
    connection.execute("UPDATE sample SET marks = ? WHERE id = ?", (after, sample))
    return True


def _change(connection: sqlite3.Connection, entry: int, sample: int, before: str | None, after: str | None) -> None:
    sql = "INSERT INTO mark_change (entry, sample, before, after) VALUES (?, ?, ?, ?)"
    connection.execute(sql, (entry, sample, before, after))
    connection.execute("UPDATE sample SET marks = ? WHERE id = ?", (after, sample))
