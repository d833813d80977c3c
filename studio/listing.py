"""The samples of a project as the screens hold them: plain lists in a fixed order, and the frame behind a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from engine.task import ColumnType, Kind, Modality
from studio.cells import SHOWN_DIGITS, as_text, row_name

if TYPE_CHECKING:
    import polars as pl

    from labeling.project import Project

_MS_A_DAY = 86_400_000
Label = str | float | tuple[str, ...] | None


@dataclass
class Listing:
    """Ids, media paths, hashes of their bytes and labels in row order.

    ``frame`` has a table's input columns under their own names; ``marked`` tells that some samples have marks.
    ``skipped`` holds the ids of those passed over; ``numbers`` are what the project calls the samples in searches.
    """

    modality: Modality
    ids: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    frame: pl.DataFrame | None = None
    target: str | None = None
    kind: Kind | None = None
    marked: bool = False
    skipped: set[str] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    types: dict[str, ColumnType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = {sample_id: row for row, sample_id in enumerate(self.ids)}
        self.rows_by_number = {number: row for row, number in enumerate(self.numbers)}

    @property
    def is_table(self) -> bool:
        """Whether the samples are rows of a table rather than files."""
        return self.frame is not None

    @property
    def columns(self) -> tuple[str | None, Kind | None, dict[str, pl.DataType], dict[str, ColumnType]]:
        """What is predicted of a table, from which columns, and what these are read as."""
        return self.target, self.kind, {} if self.frame is None else dict(self.frame.schema), self.types

    def same_samples(self, other: Listing) -> bool:
        """Tell whether another listing has the same samples, in the same places on the disk."""
        here, there = (self.ids, self.references, self.contents), (other.ids, other.references, other.contents)
        return here == there and self.columns == other.columns

    def __len__(self) -> int:
        return len(self.ids)

    def name(self, row: int) -> str:
        """Return what a person calls the sample: the file's name, or the number of the row, counted from 1."""
        if not self.is_table:
            return PurePath(self.ids[row]).name
        return row_name(self.ids[row])

    def cells(self, row: int) -> list[tuple[str, str]]:
        """Return the columns of a row of a table and their values as a person would type them, "" for missing ones."""
        if self.frame is None:
            return []
        return [
            (name, self.cell(name, value)) for name, value in zip(self.frame.columns, self.frame.row(row), strict=True)
        ]

    def cell(self, column: str, value: object) -> str:
        """Return a value of a column as a person would type it, "" for a missing one."""
        return as_text(value, self.types.get(column), SHOWN_DIGITS)

    def _told(self, name: str) -> pl.Expr:
        """Return a column as text, as far as it is searched."""
        import polars as pl

        if self.types.get(name) is ColumnType.DATE:
            return (
                (pl.col(name) * _MS_A_DAY)
                .round()
                .cast(pl.Datetime("ms"), strict=False)
                .dt.strftime("%Y-%m-%dT%H:%M:%S")
            )
        return pl.col(name).cast(pl.String, strict=False)

    def rows_with(self, words: str) -> set[int]:
        """Return the rows of a table in which any value holds some words, in upper or lower case."""
        import polars as pl

        if self.frame is None:
            return set()
        told = self.frame.select(self._told(name).fill_null("") for name in self.frame.columns)
        joined = told.select(pl.concat_str(pl.all(), separator=" ").str.to_lowercase().alias("told"))["told"]
        return set(joined.str.contains(words.lower(), literal=True).arg_true().to_list())


def load(project: Project) -> Listing:
    """Read a project's samples; for a thread of its own."""
    from engine.dataset import INPUT_PREFIX
    from labeling.tables.together import together_by

    understanding = project.understanding()
    if understanding is None:
        return Listing(Modality.IMAGE)
    frame = project.frame()
    modality = understanding.modality
    table = None
    if understanding.holds_rows:
        columns = understanding.columns  # a text is its words alone, as it is learned from
        group = together_by(columns) if modality is Modality.TEXT else None
        hidden = None if group is None else INPUT_PREFIX + group
        inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX) and name != hidden]
        table = frame.select(inputs).rename({name: name.removeprefix(INPUT_PREFIX) for name in inputs})
    return Listing(
        modality=modality,
        ids=frame["id"].to_list(),
        references=frame["reference"].to_list() if table is None else [],
        contents=frame["content"].to_list() if table is None else [],
        labels=[tuple(label) if isinstance(label, list) else label for label in frame["label"].to_list()],
        frame=table,
        target=understanding.target,
        kind=understanding.kind,
        marked=frame["marks"].count() > 0,
        skipped=project.skipped(),
        numbers=project.numbers(),
        types={column.name: column.type for column in understanding.columns},
    )


def names_in(label: Label) -> tuple[str, ...]:
    """Return the classes that a label names."""
    if isinstance(label, tuple):
        return label
    return (label,) if isinstance(label, str) else ()


def toggled(label: Label, name: str) -> tuple[str, ...]:
    """Return a label of several classes with this class put in, or taken out where it was in.

    >>> toggled(("nut",), "bolt"), toggled(("bolt", "nut"), "nut"), toggled(None, "bolt")
    (('bolt', 'nut'), ('bolt',), ('bolt',))
    """
    names = set(names_in(label))
    return tuple(sorted(names ^ {name}))


def shown(label: Label) -> str:
    """Return a label as text.

    >>> shown(3.0), shown(0.25), shown("bolt"), shown(("bolt", "nut")), shown(None)
    ('3', '0.25', 'bolt', 'bolt, nut', '')
    """
    if label is None:
        return ""
    if isinstance(label, tuple):
        return ", ".join(label) or "none of them"
    return label if isinstance(label, str) else f"{label:.12g}" if abs(label) < 1e6 else f"{label:,.12g}"
