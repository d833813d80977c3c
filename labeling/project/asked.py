"""What was suggested of a sample when a person labelled it, to tell how often suggestions are right."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from labeling.project.store import Store
from labeling.project.stored import Label, encode, gives_several


@dataclass(frozen=True, slots=True)
class Asked:
    """A suggestion that stood beside a sample, and whether the sample was drawn at random."""

    label: Label
    random: bool


def record(connection: sqlite3.Connection, entry: int, asked: Mapping[str, Asked]) -> None:
    """Keep what was suggested of the samples that a journal entry labelled; others are passed over."""
    sql = (
        "INSERT INTO asked (entry, sample, suggested, random) "
        "SELECT c.entry, s.id, ?, ? FROM sample AS s JOIN label_change AS c ON c.entry = ? AND c.sample = s.id "
        "WHERE s.name = ? AND c.before IS NULL"
    )
    connection.executemany(sql, ((encode(one.label), int(one.random), entry, name) for name, one in asked.items()))


def right(store: Store) -> tuple[int, int] | None:
    """Return how many suggestions were right, and of how many samples drawn at random; None before any.

    Where samples have several classes, given one after the other, it is the label of now that counts.
    """
    given = "s.label" if gives_several(store) else "c.after"
    sql = (
        f"SELECT count(*) FILTER (WHERE a.suggested IS {given}), count(*) FROM asked AS a "
        "JOIN journal AS j ON j.id = a.entry AND j.undone = 0 "
        "JOIN label_change AS c ON c.entry = a.entry AND c.sample = a.sample "
        f"JOIN sample AS s ON s.id = a.sample WHERE a.random = 1 AND {given} IS NOT NULL"
    )
    number, total = store.rows(sql)[0]
    return (int(number), int(total)) if total else None
