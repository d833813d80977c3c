"""The contract of an import format, and the files it looks at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.task import Kind
from labeling.batch import Batch, Watch
from labeling.understanding import Understanding
from labeling.walk import Walk, walk


@dataclass
class Source:
    """A file or folder to take in; a folder is walked once, however many formats look at it."""

    path: Path
    watch: Watch = field(default_factory=Watch)

    @cached_property
    def files(self) -> Walk:
        """Everything in the folder; just the file itself for a file."""
        return walk(self.path, self.watch)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person changed in the sentence."""

    target: str | None = None
    kind: Kind | None = None


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
