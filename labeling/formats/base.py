"""The contract of an import format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.task import ColumnType, Kind
from labeling.batch import Batch
from labeling.source import Source
from labeling.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person changed in the sentence.

    ``kept`` are columns to learn from, whatever speaks against them; ``types`` says how columns are read, None for
    those to be left out. ``parting`` are the columns that may say which rows are kept for the test, if not any may.
    """

    target: str | None = None
    kind: Kind | None = None
    kept: tuple[str, ...] = ()
    types: Mapping[str, ColumnType | None] = field(default_factory=dict)
    parting: tuple[str, ...] | None = None


class Format(ABC):
    """One way in which samples and labels lie in files. ``name`` is how it is registered."""

    name: str

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Return whether the files are laid out this way, judging by names and a first look."""

    @abstractmethod
    def understand(self, source: Source, wishes: Wishes) -> Understanding:
        """Return what was understood; raise :class:`labeling.errors.ImportRefused` where nothing can be."""

    @abstractmethod
    def read(self, source: Source, understanding: Understanding, look_seconds: float | None) -> Batch:
        """Read all samples; pictures are compared by their looks for ``look_seconds`` at most."""
