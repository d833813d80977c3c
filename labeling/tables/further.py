"""A further table for a project that holds one: its columns are used as those of the table that is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.dates import FIRST_FORMAT, date_words
from engine.task import Column, ColumnType
from labeling.errors import ImportRefused
from labeling.understanding import TABLE_FORMAT, LeftOut, Understanding

if TYPE_CHECKING:
    import polars as pl

    from labeling.project import Project
    from labeling.tables.columns import Facts

NOT_THERE = "the table in this project does not learn from it"
HOLDS = {ColumnType.NUMBER: "numbers", ColumnType.DATE: "dates"}
NAMED = 20
SAID = "Its columns are used as those of the table that is in this project already."


def as_before(project: Project | None, found: Understanding) -> Understanding:
    """Return a table as the project's newest one is read: the same column predicted, the others of the same types.

    What is no table, goes to a project without one, or lacks a column of it is returned as it was found.

    Raises:
        ImportRefused: a column holds nothing of what it has to, or dates whose days and months could be swapped.
    """
    tables = project.table_sources() if project is not None and found.format == TABLE_FORMAT else []
    if not tables:
        return found
    from labeling.formats.table import looked_at
    from labeling.tables.parting import SAYS_PART
    from labeling.tables.together import hint

    there = tables[-1].understanding
    frame, facts = looked_at(found.source, found.chosen)
    by_name = {fact.name: fact for fact in facts}
    needed = _needed(there)
    if not needed <= set(by_name):
        return found
    same = _understood_as(there, found, _parting(there, list(by_name)))
    own = {
        column.name: _dates_like(column, by_name[column.name], frame[column.name], found) for column in there.columns
    }
    others = [name for name in by_name if name not in needed]
    chosen = {**{column.name: column.type for column in there.columns}, **dict.fromkeys(others)}
    hinted = [sentence for fact in by_name.values() for sentence in hint([fact])]  # the project has decided on them
    told = [SAID, *([f"Not learned from, as before: {', '.join(others[:NAMED])}."] if others else [])]
    return replace(
        same,
        modality=there.modality,
        columns=there.columns,
        left_out=tuple(LeftOut(name, SAYS_PART if name == same.parted_by else NOT_THERE) for name in others),
        kept=(),
        passed_over="",
        types=tuple(chosen.items()),
        dates=tuple((name, pattern) for name, pattern in own.items() if pattern is not None),
        problems=(*told, *(problem for problem in same.problems if problem not in hinted)),
    )


def _needed(there: Understanding) -> set[str]:
    """Return the columns that the table of the project learns from or predicts."""
    return {column.name for column in there.columns} | ({there.target} if there.target is not None else set())


def _parting(there: Understanding, names: list[str]) -> tuple[str, ...]:
    """Return which columns may say what is kept for the test: the one that does so there, else those it has not."""
    needed = _needed(there)
    if there.parted_by in names and there.parted_by not in needed:
        return (there.parted_by,)
    known = needed | {left.name for left in there.left_out}
    return tuple(name for name in names if name not in known)


def _understood_as(there: Understanding, found: Understanding, parting: tuple[str, ...]) -> Understanding:
    """Return what was found, once more where another column was taken to be predicted or to say what is a test."""
    from labeling.importing import understand

    target, kind = (found.target, found.kind) if there.target is None else (there.target, there.kind)
    if (found.target, found.kind) == (target, kind) and found.parted_by in (None, *parting):
        return found
    return understand(found.source, chosen=found.chosen, target=target, kind=kind, apart=found.apart, parting=parting)


def _dates_like(column: Column, fact: Facts, cells: pl.Series, found: Understanding) -> str | None:
    """Return the pattern of dates that are written otherwise than in the project; refuse what is no such column."""
    possible = {ColumnType.NUMBER: bool(fact.numbers), ColumnType.DATE: fact.date_format is not None}
    if fact.present and not possible.get(column.type, True):
        raise ImportRefused(
            f"“{column.name}” holds {HOLDS[column.type]} in the table of this project, and none in "
            f"{found.source.name}. Mend that column there, or start a new project for it."
        )
    if column.type is not ColumnType.DATE or _follows(column.format, cells):
        return None
    own = _own_pattern(column.format, fact, cells)
    if own is None:
        as_there, as_here = date_words(column.format), date_words(fact.date_format or "")
        raise ImportRefused(
            f"“{column.name}” holds dates written as {as_there} in the table of this project, and as {as_here} in "
            f"{found.source.name}, so it was not taken in. Write the dates there as in this project, or start a new "
            "project for it."
        )
    return own


def _own_pattern(there: str, fact: Facts, cells: pl.Series) -> str | None:
    """Return how dates are written here; None where their days and months could be swapped.

    Where the project does not write the year first, it tells which of day and month is first here, too.
    """
    from labeling.tables.dates import DATE_FORMATS, months_first

    like = [p for p in DATE_FORMATS if months_first(p) is months_first(there) and _follows(p, cells)]
    told = fact.date_format in like or not (there or FIRST_FORMAT).startswith("%Y")
    return like[0] if like and told else None


def _follows(pattern: str, cells: pl.Series) -> bool:
    """Return whether a column of dates is read by a pattern."""
    from labeling.tables.columns import text
    from labeling.tables.dates import follows

    if cells.dtype.is_temporal() or not cells.count():  # which needs no pattern to be read
        return True
    known = cells.to_frame().select(text(cells.name, cells.dtype)).to_series().drop_nulls()
    return not known.len() or follows(known, pattern or FIRST_FORMAT)
