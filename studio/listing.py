"""The samples of a project as the screens hold them: plain lists in a fixed order, and the frame behind a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from engine.task import Kind, Modality

if TYPE_CHECKING:
    import polars as pl

    from labeling.project import Project

Label = str | float | tuple[str, ...] | None


@dataclass
class Listing:
    """Ids, media paths, hashes of their bytes and labels in row order.

    ``frame`` has a table's input columns under their own names; ``marked`` tells that some samples have marks.
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

    def __post_init__(self) -> None:
        self.rows = {sample_id: row for row, sample_id in enumerate(self.ids)}

    @property
    def is_table(self) -> bool:
        """Whether the samples are rows of a table rather than files."""
        return self.frame is not None

    def __len__(self) -> int:
        return len(self.ids)

    def name(self, row: int) -> str:
        """Return what a person calls the sample: the file's name, or the number of the row, counted from 1."""
        if not self.is_table:
            return PurePath(self.ids[row]).name
        return f"Row {row + 1}"

    def select(self, wanted: Filter) -> list[int]:
        """Return the rows a filter lets through, in order."""
        words = wanted.words.casefold()
        labels = self.labels
        rows: Sequence[int] = range(len(self.ids))
        if wanted.ids is not None:
            rows = [self.rows[sample_id] for sample_id in wanted.ids if sample_id in self.rows]
        if wanted.unlabelled:
            rows = [row for row in rows if labels[row] is None]
        elif wanted.label is not None:
            rows = [row for row in rows if labels[row] == wanted.label or wanted.label in names_in(labels[row])]
        if words:
            rows = [row for row in rows if words in self._searched(row)]
        return list(rows)

    def _searched(self, row: int) -> str:
        if self.frame is None:
            return self.ids[row].casefold()
        values = self.frame.row(row)
        return " ".join(str(value) for value in values if value is not None).casefold()


@dataclass(frozen=True)
class Filter:
    """What the person wants to see: one class or the unlabelled, words in the name, or just these samples."""

    label: Label = None
    unlabelled: bool = False
    words: str = ""
    ids: Collection[str] | None = None
    caption: str = ""


def load(project: Project) -> Listing:
    """Read a project's samples; for a thread of its own."""
    from engine.dataset import INPUT_PREFIX

    understanding = project.understanding()
    if understanding is None:
        return Listing(Modality.IMAGE)
    frame = project.frame()
    modality = understanding.modality
    table = None
    if understanding.holds_rows:
        inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
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
    return label if isinstance(label, str) else f"{label:g}" if abs(label) < 1e6 else f"{label:,.0f}"
