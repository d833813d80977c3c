"""The contract of an annotation format: one file reads it and writes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.joining import joined
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Carried, all_names
from labeling.batch import Problem
from labeling.errors import ImportRefused
from labeling.file_names import is_there
from labeling.media import MEDIA
from labeling.source import Source
from labeling.walk import Found

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


UNFORESEEN = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)  # of values of another kind
NAMED = 10  # columns
TRIED = 50  # files that are looked at to find out whether there are any of a format


class Writer(ABC):
    """One way in which annotations are written for others.

    Attributes:
        name: how it is registered and asked for on the command line.
        title: what its users call it.
        modalities: what samples it is for.
        carries: what survives being written and read again.
        needs_size: whether boxes are written as shares of their picture, whose size must be known then.
        takes_media: whether the files themselves are written along.
        remarks: what else changes by being written, a sentence each.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    modalities: ClassVar[frozenset[Modality]]
    carries: ClassVar[frozenset[Carried]]
    needs_size: ClassVar[bool] = False
    takes_media: ClassVar[bool] = False
    remarks: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def write(self, annotations: Annotations, folder: Path) -> None:
        """Write into the empty ``folder``; media only where the format takes them along.

        Raises:
            OSError: the disk is full or cannot be written.
        """

    def cannot_carry(self, annotations: Annotations) -> list[str]:
        """Return a sentence for each thing that would be lost by writing, to be said before that is done."""
        lost = sorted(annotations.holds() - self.carries, key=list(Carried).index)
        said = [f"{self.title} cannot hold {WORDS[what]}: left out." for what in lost]
        unknown = sum(bool(sample.boxes) and sample.size is None for sample in annotations.samples)
        if self.needs_size and unknown:
            said.append(f"{self.title} needs the size of a picture, which {unknown} have not: left out.")
        paths = [sample.path for sample in annotations.samples if sample.path is not None] if self.takes_media else []
        absent = sum(not is_there(path) for path in paths)
        if absent:
            said.append(f"{absent:,} files are not where they were, so they cannot be taken along: left out.")
        unheld = annotations.head.absent
        if unheld:
            more = f" and {len(unheld) - NAMED:,} more" if len(unheld) > NAMED else ""
            said.append(f"Columns that the project leaves out are not written: {', '.join(unheld[:NAMED])}{more}.")
        return said


def respelled_classes(title: str, written: Mapping[str, str]) -> list[str]:
    """Return a sentence about classes that are ``written`` in a format by other names than their own."""
    changed = [(name, other) for name, other in written.items() if name != other]
    if not changed:
        return []
    number = "1 class" if len(changed) == 1 else f"{len(changed):,} classes"
    name, other = changed[0]
    return [f"{title} cannot write the names of {number} as they are: “{name}” becomes “{other}”."]


class Codec(Writer):
    """One way in which annotations lie in files, read as well as written.

    Attributes:
        long_form: whether classes of one sample may stand in an entry each.
    """

    long_form: ClassVar[bool] = False

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Return whether there are annotations of this format, judging by names and a first look."""

    @abstractmethod
    def read(self, source: Source) -> Annotations:
        """Return what the files say; what in them is broken is left out and told.

        Raises:
            ImportRefused: nothing of it can be used.
        """


def read_once(codec: Codec, source: Source) -> Annotations:
    """Return what the files say; they are read once, however often it is asked.

    What is wrong with annotations in a folder is one of its problems, for the folder may be taken in without them.

    Raises:
        ImportRefused: nothing of it can be used.
    """
    said = source.memo.get(codec.name)
    if said is None:
        try:
            said = _without_emptied(joined(codec.read(source), codec.long_form))
        except ImportRefused as error:
            said = error
            if source.path.is_dir():
                source.files.problems.append(Problem("", str(error)))
        source.memo[codec.name] = said
    if isinstance(said, ImportRefused):
        raise said
    found: Annotations = said
    return found


def _without_emptied(said: Annotations) -> Annotations:
    """Say nothing of samples whose every mark was left out: that is not to have been looked at in vain."""
    told = {problem.path for problem in said.problems}
    samples = [
        replace(sample, boxes=sample.boxes or None, regions=sample.regions or None, spans=sample.spans or None)
        if sample.name in told
        else sample
        for sample in said.samples
    ]
    return replace(said, samples=samples)


class Reading:
    """Some files being read: what they say so far, and the media that they are about.

    ``known`` are media that are named in full anywhere in these files.
    """

    def __init__(self, source: Source, known: frozenset[str] = frozenset()) -> None:
        self._source, self._known = source, known
        self._lookups: dict[Modality, Lookup] = {}
        self.result = Annotations()

    @property
    def next_name(self) -> str:
        """The name of the next text that lies in a file itself: its number."""
        return str(len(self.result.samples))

    def media(self, modality: Modality = Modality.IMAGE) -> Lookup:
        """Return the files of a modality."""
        if modality not in self._lookups:
            self._lookups[modality] = Lookup(self._source, MEDIA[modality], self._known)
        return self._lookups[modality]

    @property
    def named(self) -> frozenset[str]:
        """The media that were named in full so far, if any of them was found for a bare name too; else none."""
        lookups = self._lookups.values()
        mixed_up = any(lookup.mixed_up for lookup in lookups)
        return frozenset[str]().union(*(lookup.named for lookup in lookups)) if mixed_up else frozenset()


class FileCodec(Codec):
    """A format whose files can be read one after the other; one that cannot be read is told, and the others count.

    Attributes:
        endings: of its files' names, in lower case.
    """

    endings: ClassVar[tuple[str, ...]]

    @abstractmethod
    def owns(self, path: Path) -> bool:
        """Return whether a file is one of this format, by a look at its beginning."""

    @abstractmethod
    def samples(self, found: Found, reading: Reading) -> Iterable[Annotated]:
        """Return what one file says; what in it is broken is told in ``reading``.

        Raises:
            ImportRefused: the file cannot be read at all.
        """

    def files(self, source: Source) -> list[Found]:
        """Return the files to read."""
        return [found for found in source.files.ending(*self.endings) if self.owns(found.path)]

    @override
    def recognises(self, source: Source) -> bool:
        return any(self.owns(found.path) for found in source.files.ending(*self.endings)[:TRIED])

    @override
    def read(self, source: Source) -> Annotations:
        reading, files = Reading(source), self.files(source)
        self._read(files, reading)
        if named := reading.named:
            reading = Reading(source, named)
            self._read(files, reading)
        reading.result.classes = all_names(reading.result.samples, reading.result.classes)
        return reading.result

    def _read(self, files: list[Found], reading: Reading) -> None:
        refused = 0
        for found in files:
            try:
                for sample in self._samples(found, reading):
                    reading.result.samples.append(replace(sample, said_in=found.relative))
            except ImportRefused as refusal:
                reading.result.complain(found.relative, str(refusal))
                refused += 1
                if refused == len(files) and not reading.result.samples:
                    raise

    def _samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        """Yield what one file says, up to what no format foresees."""
        try:
            yield from self.samples(found, reading)
        except UNFORESEEN as error:
            raise ImportRefused(
                f"{found.path.name} holds something that {self.title} never writes ({error}), so all after it was left "
                "out. Write it anew with your tool."
            ) from error
