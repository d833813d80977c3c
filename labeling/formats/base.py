"""The contract of an import format, and the files it looks at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.task import Kind, Modality
from labeling.batch import Batch, Watch
from labeling.media import MEDIA, Medium
from labeling.tables.source import is_real_table
from labeling.understanding import Understanding
from labeling.walk import Walk, walk

MOSTLY_TEXTS = 4


@dataclass
class Source:
    """A file or folder to take in; a folder is walked once, however many formats look at it."""

    path: Path
    watch: Watch = field(default_factory=Watch)

    @cached_property
    def files(self) -> Walk:
        """Everything in the folder; just the file itself for a file."""
        return walk(self.path, self.watch)

    @cached_property
    def medium(self) -> Medium | None:
        """What most of the files are. Texts count where there is little else: they may as well be notes and lists."""
        numbers = {modality: len(self.files.of(medium)) for modality, medium in MEDIA.items()}
        texts = numbers.pop(Modality.TEXT)
        most = max(numbers, key=lambda modality: numbers[modality])
        tables = sum(is_real_table(found.path) for found in self.files.files)
        if self.path.is_dir() and texts > MOSTLY_TEXTS * (sum(numbers.values()) + tables):
            most = Modality.TEXT
        return MEDIA[most] if most is Modality.TEXT or numbers[most] else None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person changed in the sentence; ``kept`` are columns to learn from, whatever speaks against them."""

    target: str | None = None
    kind: Kind | None = None
    kept: tuple[str, ...] = ()


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
