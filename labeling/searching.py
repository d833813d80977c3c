"""What to look for among the samples of a project, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a sample stands."""

    LABELLED = "labelled"
    UNLABELLED = "unlabelled"
    SKIPPED = "skipped"
    MARKED = "marked"


class Sort(StrEnum):
    """What samples are put in order by."""

    ADDED = "added"
    NAME = "name"
    LABEL = "label"
    LABELLED = "labelled"


@dataclass(frozen=True, slots=True)
class Search:
    """Which samples are wanted, and in what order: all that match every field that is set.

    Attributes:
        label: this class, alone or among others.
        state: those that stand so; those skipped have no label.
        split: those of this split; empty for those that are in none.
        text: a part of the name, in upper or lower case.
        sort: their order; samples without a label come last by class, and those never labelled by hand by time.
        reverse: the other way around.
    """

    label: str | None = None
    state: State | None = None
    split: str | None = None
    text: str = ""
    sort: Sort = Sort.ADDED
    reverse: bool = False
