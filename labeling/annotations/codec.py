"""The contract of an annotation format: one file reads it and writes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from engine.task import Modality
from labeling.annotations.model import Annotations, Carried
from labeling.source import Source

WORDS = {
    Carried.CLASS: "one class of a whole sample",
    Carried.CLASSES: "several classes of a whole sample",
    Carried.NONE: "samples that have none of the classes",
    Carried.NUMBER: "a number for a sample",
    Carried.BOXES: "boxes in pictures",
    Carried.REGIONS: "regions of time in sounds",
    Carried.SPANS: "spans in texts",
    Carried.EMPTY: "samples that were looked at and hold nothing to mark",
    Carried.SPLIT: "which samples are kept for the test",
    Carried.UNLABELLED: "samples without a label",
}


class Writer(ABC):
    """One way in which annotations are written for others.

    Attributes:
        name: how it is registered and asked for on the command line.
        title: what its users call it.
        modalities: what samples it is for.
        carries: what survives being written and read again.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    modalities: ClassVar[frozenset[Modality]]
    carries: ClassVar[frozenset[Carried]]

    @abstractmethod
    def write(self, annotations: Annotations, folder: Path) -> None:
        """Write into the empty ``folder``, media not included.

        Raises:
            OSError: the disk is full or cannot be written.
        """

    def cannot_carry(self, annotations: Annotations) -> list[str]:
        """Return a sentence for each thing that would be lost by writing, to be said before that is done."""
        lost = sorted(annotations.holds() - self.carries, key=list(Carried).index)
        return [f"{self.title} cannot hold {WORDS[what]}: left out." for what in lost]


class Codec(Writer):
    """One way in which annotations lie in files, read as well as written."""

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Return whether there are annotations of this format, judging by names and a first look."""

    @abstractmethod
    def read(self, source: Source) -> Annotations:
        """Return what the files say; what in them is broken is left out and told.

        Raises:
            ImportRefused: nothing of it can be used.
        """
