"""Whether a table that is read anew still has the rows it had, in their order: labels go with rows by their place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.dataset import INPUT_PREFIX
from engine.task import ColumnType, Kind
from labeling.classes import folded
from labeling.errors import ImportRefused, ProjectError
from labeling.project.store import Store
from labeling.project.stored import Stored, encode, names_in
from labeling.understanding import Understanding

if TYPE_CHECKING:
    import polars as pl

NEAR = 1e-6  # of a number of four bytes that is read as text there and as a number here
RELABELLED = (
    "SELECT column_change.entry, before, after FROM column_change JOIN journal ON journal.id = column_change.entry "
    "WHERE source = ? AND undone = 0 ORDER BY column_change.entry DESC"
)
LABELS_AFTER = (
    "SELECT CASE WHEN c.entry IS NULL THEN label ELSE c.before END FROM sample LEFT JOIN "
    "(SELECT sample, min(entry) AS entry, before FROM label_change WHERE entry > ? GROUP BY sample) AS c "
    "ON c.sample = sample.id WHERE source = ? ORDER BY sample.id"
)


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table that was taken in: its number in the project, and what was understood of it."""

    number: int
    understanding: Understanding


def check_rows(
    store: Store, there: pl.DataFrame | None, source: TableSource, new: Understanding, now: pl.DataFrame
) -> None:
    """Refuse rows read anew that are not those whose inputs are ``there``, as far as the two can be compared.

    Raises:
        ProjectError: they are others, or in another order.
    """
    old = source.understanding
    height = store.value("SELECT count(*) FROM sample WHERE source = ?", (source.number,))
    if height != now.height:
        raise ProjectError(
            f"{old.source.name} had {height:,} rows when it was taken in and has {now.height:,} now, so its columns "
            "cannot be read anew. Put the first file back."
        )
    name = None if there is None else _differing(there, now, old, new)
    if name is None and (new.target, new.kind) == (old.target, old.kind):
        name = None if _same_labels(_labels(store, source.number), now["label"], old) else old.target
    if name is not None:
        raise ProjectError(
            f"{old.source.name} has other rows than when it was taken in, or the same in another order: its column "
            f"“{name}” differs. So its columns cannot be read anew. Put the first file back, or start a new project "
            "for this one."
        )


def _differing(there: pl.DataFrame, now: pl.DataFrame, old: Understanding, new: Understanding) -> str | None:
    """Return the name of a column whose cells are others now, None where there is none."""
    after = {column.name: column for column in new.columns}
    for column in old.columns:
        same = after.get(column.name)
        if same is None or (same != column and ColumnType.DATE in (same.type, column.type)):
            continue  # dates are read as days, which cannot be compared with what else they are read as
        name = INPUT_PREFIX + column.name
        if name not in there.columns or _same_cells(there[name], now[name]):
            continue
        numbers = same.type is column.type is ColumnType.NUMBER
        if not (numbers and _same_but_for_commas(there[name], now[name], old, column.name)):
            return column.name
    return None


def _same_but_for_commas(there: pl.Series, now: pl.Series, old: Understanding, name: str) -> bool:
    """Return whether numbers differ only since commas in the file's cells were taken to mean something else then."""
    from labeling.formats.table import cells_of
    from labeling.tables.columns import same_but_for_commas

    try:
        cells = cells_of(old, name)
    except ImportRefused:
        return False
    return len(cells) == len(there) == len(now) and same_but_for_commas(cells, there, now)


def _same_cells(there: pl.Series, now: pl.Series) -> bool:
    """Return whether cells are the same; where they were read as numbers and are as texts, those that are numbers.

    Numbers and dates that could not be read then may be by now, and words be trimmed that were not.
    """
    import polars as pl

    from labeling.tables.columns import text

    if there.dtype == now.dtype == pl.Float64:
        known = there.is_not_null()
        return there.filter(known).equals(now.filter(known))
    if there.dtype == now.dtype:
        return there.to_frame().select(text(there.name, there.dtype)).to_series().equals(now)
    numbers = pl.DataFrame({"there": there.cast(pl.Float64, strict=False), "now": now.cast(pl.Float64, strict=False)})
    both = numbers.filter(pl.all_horizontal(pl.all().is_finite())).drop_nulls()
    return bool(((both["there"] - both["now"]).abs() <= NEAR * both["there"].abs()).all())


def _same_labels(there: list[Stored], now: pl.Series, old: Understanding) -> bool:
    """Return whether a table has the labels it had, which the project may spell as it spells those of others."""
    import polars as pl

    again = list(map(encode, now.to_list()))
    if there == again:
        return True
    if old.kind is Kind.REGRESSION:
        return old.target is not None and _same_but_for_commas(pl.Series(there, dtype=pl.Float64), now, old, old.target)
    several = old.kind is Kind.MULTILABEL
    plain = {one: (one is None, frozenset(map(folded, names_in(one, several)))) for one in {*there, *again}}
    return [plain[one] for one in there] == [plain[one] for one in again]


def _labels(store: Store, source: int) -> list[Stored]:
    """Return the labels as the table had them, whatever a person gave its rows since."""
    since = store.value("SELECT entry FROM source WHERE id = ?", (source,))
    for entry, before, after in store.rows(RELABELLED, (source,)):
        if _predicted(before) != _predicted(after):
            since = entry
            break
    return [label for (label,) in store.rows(LABELS_AFTER, (since, source))]


def _predicted(side: str) -> tuple[object, object]:
    """Return the column that is predicted and how, of one side of a change of columns."""
    understanding = json.loads(json.loads(side)[0])
    return understanding["target"], understanding["kind"]
