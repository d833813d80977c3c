"""Find samples by class, state, split and name, and put them in order: all of it in the database."""

from __future__ import annotations

from typing import Any

from labeling.project.samples import PRESENT
from labeling.project.store import Store
from labeling.project.stored import LISTED, gives_several
from labeling.searching import Search, Sort, State

STATES = {
    State.LABELLED: "label IS NOT NULL",
    State.UNLABELLED: "label IS NULL",
    State.SKIPPED: "skipped = 1 AND label IS NULL",
    State.MARKED: "marks IS NOT NULL AND marks <> '[]'",
}
ORDERS = {
    Sort.ADDED: "source {way}, id {way}",
    Sort.NAME: "fold(name) {way}, id {way}",
    Sort.LABEL: "label IS NULL, position {way}, label {way}, source, id",
    Sort.LABELLED: "last IS NULL, last {way}, source, id",
}
WITH_POSITION = "LEFT JOIN (SELECT name AS class, position FROM class) ON class = label"
WITH_TIME = (
    "LEFT JOIN (SELECT sample AS changed, max(entry) AS last FROM label_change "
    "WHERE entry IN (SELECT id FROM journal WHERE undone = 0) GROUP BY sample) ON changed = id"
)
JOINS = {Sort.LABEL: WITH_POSITION, Sort.LABELLED: WITH_TIME}


def find(store: Store, wanted: Search) -> list[int]:
    """Return the numbers of the samples that match, in the order wanted."""
    where, values = _condition(wanted, gives_several(store))
    order = ORDERS[wanted.sort].format(way="DESC" if wanted.reverse else "ASC")
    sql = f"SELECT id FROM sample {JOINS.get(wanted.sort, '')} WHERE {where} ORDER BY {order}"
    return [number for (number,) in store.rows(sql, values)]


def numbers(store: Store) -> list[int]:
    """Return the numbers of all samples in the order they were added: that of :meth:`Project.frame`."""
    return find(store, Search())


def splits(store: Store) -> list[str]:
    """Return the splits that samples are in, in order; empty for those that are in none, if some are in one."""
    found = sorted(value or "" for (value,) in store.rows(f"SELECT DISTINCT split FROM sample WHERE {PRESENT}"))
    return found if any(found) else []


def _condition(wanted: Search, several: bool) -> tuple[str, list[Any]]:
    conditions: list[str] = [PRESENT]
    values: list[Any] = []
    if wanted.label is not None:
        conditions.append(f"? IN (SELECT value FROM json_each({LISTED}))" if several else "label = ?")
        values.append(wanted.label)
    if wanted.state is not None:
        conditions.append(STATES[wanted.state])
    if wanted.split is not None:
        conditions.append("split = ?" if wanted.split else "split IS NULL")
        values += [wanted.split] if wanted.split else []
    if wanted.text:
        conditions.append("instr(fold(name), ?) > 0")
        values.append(wanted.text.casefold())
    return " AND ".join(conditions), values
