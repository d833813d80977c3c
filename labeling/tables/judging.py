"""The rows that a table is judged by: all that are read, or of a large one some that are drawn evenly from these.

The first rows would not do: files are often sorted, by class, by time or by the part that a row is of.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from labeling.tables.columns import Facts, facts, text
from labeling.tables.source import OpenTable, drawn

WHOLE_BYTES = 256_000_000
JUDGED_ROWS = 100_000
JUDGED_BYTES = 64_000_000


@dataclass(frozen=True)
class Judged:
    """A table that was looked at, valid inside :func:`labeling.tables.source.opened` only.

    Attributes:
        rows: the rows to judge by, in the order of the file.
        facts: what was counted in each column.
        read: all rows that are read of the table.
        whole: whether the rows to judge by are all that are read.
    """

    rows: pl.DataFrame
    facts: list[Facts]
    read: pl.LazyFrame
    whole: bool


def judged(table: OpenTable, file_bytes: int = 0) -> Judged:
    """Return the rows to judge a table by, from a file of so many bytes, and what was counted in them."""
    small = table.rows == table.total and max(file_bytes, table.text_bytes) <= WHOLE_BYTES
    some = table if small else drawn(table, _most(table))
    whole = some.rows == table.rows
    rows = some.lazy.collect() if small else some.lazy.collect(engine="streaming")
    found = facts(rows, table.decimal_comma, table.total)
    return Judged(rows, found, rows.lazy(), True) if whole else Judged(rows, _seen(found, table), table.lazy, False)


def _most(table: OpenTable) -> int:
    fitting = table.rows * JUDGED_BYTES // max(1, table.text_bytes)
    return max(1, min(JUDGED_ROWS, fitting))


def _seen(found: list[Facts], table: OpenTable) -> list[Facts]:
    """Count anew, in all rows that are read, columns of one value at most in those drawn: others may be rare."""
    schema = table.lazy.collect_schema()
    same = [fact for fact in found if fact.distinct <= 1 and not fact.nested]
    if not same:
        return found
    values = table.lazy.select(
        text(fact.name, schema[fact.name]).drop_nulls().n_unique().alias(fact.name) for fact in same
    ).collect(engine="streaming")
    others = [fact.name for fact in same if values.item(0, fact.name) > fact.distinct]
    if not others:
        return found
    read = table.lazy.select(others).collect(engine="streaming")
    anew = {fact.name: fact for fact in facts(read, table.decimal_comma, table.total)}
    return [anew.get(fact.name, fact) for fact in found]
