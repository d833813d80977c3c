"""Labels that an import brings for samples that are there already: they are taken where the sample has none."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from labeling.project.samples import PRESENT
from labeling.project.stored import Stored, encode

if TYPE_CHECKING:
    import polars as pl

Offer = tuple[int, Stored, str | None]  # number of the sample, its label and marks


def offers(connection: sqlite3.Connection, known: pl.DataFrame) -> list[Offer]:
    """Return what samples without a label would get from ``known`` rows of a batch of the same content."""
    import polars as pl

    labelled = known.filter(pl.col("label").is_not_null() & pl.col("content").is_not_null())
    rows = labelled.select("content", "label", "marks").iter_rows()
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS offered (content TEXT PRIMARY KEY, label, marks TEXT)")
    connection.execute("DELETE FROM offered")
    connection.executemany(
        "INSERT OR IGNORE INTO offered VALUES (?, ?, ?)",
        ((content, encode(label), marks) for content, label, marks in rows),
    )
    sql = (
        "SELECT sample.id, offered.label, offered.marks FROM offered JOIN sample ON sample.content = offered.content "
        f"WHERE sample.label IS NULL AND {PRESENT}"
    )
    return connection.execute(sql).fetchall()


def take_over(connection: sqlite3.Connection, entry: int, offered: list[Offer]) -> None:
    """Give samples the labels and marks that were offered, as part of a journal entry."""
    connection.executemany(
        "INSERT INTO label_change (entry, sample, before, after) VALUES (?, ?, NULL, ?)",
        ((entry, number, label) for number, label, _ in offered),
    )
    connection.executemany(
        "UPDATE sample SET label = ? WHERE id = ?", ((label, number) for number, label, _ in offered)
    )
    marked = [(marks, number) for number, _, marks in offered if marks is not None]
    connection.executemany(
        "INSERT INTO mark_change (entry, sample, before, after) SELECT ?, id, marks, ? FROM sample WHERE id = ?",
        ((entry, marks, number) for marks, number in marked),
    )
    connection.executemany("UPDATE sample SET marks = ? WHERE id = ?", marked)
