"""The file or folder that somebody wants taken in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.task import Modality
from labeling.batch import Watch
from labeling.media import MEDIA, Medium
from labeling.tables.source import is_real_table
from labeling.walk import Walk, walk

MOSTLY_TEXTS = 4


@dataclass
class Source:
    """A file or folder to take in; a folder is walked once, however many formats look at it.

    ``memo`` keeps what a format has read and needs again; ``chosen`` are the files and folders in it that are meant, if
    not all are; ``wanted`` is the modality of the files that are meant, where the person said so.
    """

    path: Path
    watch: Watch = field(default_factory=Watch)
    memo: dict[str, Any] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    wanted: Modality | None = None

    @cached_property
    def files(self) -> Walk:
        """Everything in the folder; just the file itself for a file."""
        return walk(self.path, self.watch, self.chosen)

    @cached_property
    def medium(self) -> Medium | None:
        """What most of the files are. Texts count where there is little else: they may as well be notes and lists."""
        if self.wanted is not None:
            return MEDIA[self.wanted]
        numbers = {modality: len(self.files.of(medium)) for modality, medium in MEDIA.items()}
        texts = numbers.pop(Modality.TEXT)
        most = max(numbers, key=lambda modality: numbers[modality])
        tables = sum(is_real_table(found.path) for found in self.files.files)
        if self.path.is_dir() and texts > MOSTLY_TEXTS * (sum(numbers.values()) + tables):
            most = Modality.TEXT
        return MEDIA[most] if most is Modality.TEXT or numbers[most] else None
