"""What annotation files say, whichever tool wrote them: classes, a number, boxes, regions of time and spans of text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from labeling.batch import Problem

Watch = Callable[[int, int], None]

LEAST_EXTENT = 1e-6  # pixels, seconds: what is smaller is a slip of the hand


class Carried(StrEnum):
    """Something that annotations can hold and a format can carry or not."""

    CLASS = "class"
    CLASSES = "classes"
    NONE = "none"
    NUMBER = "number"
    BOXES = "boxes"
    REGIONS = "regions"
    SPANS = "spans"
    EMPTY = "empty"
    SPLIT = "split"
    UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a picture, in pixels from its upper left corner."""

    label: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a sound, in seconds from its start; ``low`` and ``high`` in Hz where a band of it was marked."""

    label: str
    start: float
    end: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in characters (code points) from its start; ``end`` is not part of it."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Annotated:
    """What is said of one sample.

    Attributes:
        name: the path of its file relative to the folder of all files, with ``/``; a running number for a text that
            lies in the annotation file itself.
        text: that text; None for a sample in a file of its own.
        classes: the classes of the whole sample; None where nothing is said, empty where it has none of them.
        number: the value of the whole sample.
        size: (width, height) in pixels of a picture, where it is known.
        boxes, regions, spans: None where nothing is said, empty where it was looked at and holds none.
        split: ``train``, ``validation`` or ``test`` where the files set parts apart.
        path: where its file lies, for formats that take the files along.
        row: the cells of a row of a table by their columns; None for what is no such row.
        said_in: the annotation file that says it, where it was read from one.
    """

    name: str
    text: str | None = None
    classes: tuple[str, ...] | None = None
    number: float | None = None
    size: tuple[int, int] | None = None
    boxes: tuple[Box, ...] | None = None
    regions: tuple[Region, ...] | None = None
    spans: tuple[Span, ...] | None = None
    split: str | None = None
    path: Path | None = None
    row: Mapping[str, Any] | None = None
    said_in: str | None = field(default=None, compare=False)

    @property
    def labelled(self) -> bool:
        """Whether anything is said of it."""
        return self.classified or self.number is not None

    @property
    def classified(self) -> bool:
        """Whether anything but a number is said of it: which classes it has, or none, of the whole or of parts."""
        return any(part is not None for part in (self.classes, self.boxes, self.regions, self.spans))

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that are named, of the whole and of parts of it, each once, in order of appearance."""
        parts: tuple[Box | Region | Span, ...] = (*(self.boxes or ()), *(self.regions or ()), *(self.spans or ()))
        return tuple(dict.fromkeys((*(self.classes or ()), *(part.label for part in parts))))


@dataclass(frozen=True, slots=True)
class Head:
    """What the table is like that samples come from.

    Attributes:
        target: the column that is predicted.
        text: the column of texts, where each sample is one.
        dates: how the columns of dates are written, which are days since 1970-01-01 here.
        absent: columns that the table has and the samples have not.
    """

    target: str | None = None
    text: str | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


@dataclass
class Annotations:
    """All that some files say, and what in them could not be used.

    Attributes:
        samples: in the order of the files.
        classes: every class, in the files' own order where they have one; some may occur in no sample.
        problems: what was left out or mended.
        head: what their table is like; nothing is known where they come from none.
        watch: told how many of how many are written; stops the writing by what it raises.
    """

    samples: list[Annotated] = field(default_factory=list)
    classes: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    head: Head = field(default_factory=Head)
    watch: Watch | None = field(default=None, compare=False, repr=False)

    def one_by_one(self, samples: Sequence[Annotated]) -> Iterator[Annotated]:
        """Yield samples that are being written; whoever watches is told how far that is."""
        for done, sample in enumerate(samples):
            if self.watch is not None:
                self.watch(done, len(samples))
            yield sample
        if self.watch is not None:
            self.watch(len(samples), len(samples))

    def complain(self, name: str, sentence: str) -> None:
        """Note what was left out or mended in the sample or file ``name``."""
        self.problems.append(Problem(name, sentence))

    def holds(self) -> frozenset[Carried]:
        """Return what there is in these samples."""
        found: set[Carried] = set()
        for sample in self.samples:
            found |= _held(sample)
        return frozenset(found)


def _held(sample: Annotated) -> set[Carried]:
    found = {
        Carried.NUMBER: sample.number is not None,
        Carried.BOXES: sample.boxes is not None,
        Carried.REGIONS: sample.regions is not None,
        Carried.SPANS: sample.spans is not None,
        Carried.SPLIT: sample.split is not None,
        Carried.UNLABELLED: not sample.labelled,
        Carried.CLASS: sample.classes is not None and len(sample.classes) == 1,
        Carried.CLASSES: sample.classes is not None and len(sample.classes) > 1,
        Carried.NONE: sample.classes == (),
        Carried.EMPTY: () in (sample.boxes, sample.regions, sample.spans),
    }
    return {what for what, there in found.items() if there}


def all_names(samples: Iterable[Annotated], known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the classes of samples, those ``known`` first and the others in sorted order."""
    first = tuple(dict.fromkeys(known))
    others = {name for sample in samples for name in sample.names} - set(first)
    return (*first, *sorted(others))


def are_numbers(samples: Iterable[Annotated]) -> bool:
    """Return whether samples have numbers and no class at all."""
    given = list(samples)
    return any(sample.number is not None for sample in given) and not any(sample.names for sample in given)


def numbers_beside_classes(samples: Iterable[Annotated]) -> list[Problem]:
    """Return what is to be told where some samples have numbers, which do not count where there are classes."""
    given = list(samples)
    number = sum(sample.number is not None for sample in given)
    if not number or are_numbers(given):
        return []
    sentence = f"Numbers of {number:,} of the samples were left out: where any has a class, classes are learned."
    return [Problem("", sentence)]


def fitted(box: Box, size: tuple[int, int] | None) -> tuple[Box | None, str]:
    """Return the part of a box that lies in its picture, and a sentence where that is not all of it.

    None where nothing is left, or where it has no extent or is no box of numbers.
    """
    if not all(map(math.isfinite, (box.x, box.y, box.width, box.height))):
        return None, f"A box of “{box.label}” has a place that is no number, so it was left out."
    if box.width < LEAST_EXTENT or box.height < LEAST_EXTENT:
        return None, f"A box of “{box.label}” has no width or no height, so it was left out."
    if size is None:
        return box, ""
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(float(size[0]), box.x + box.width), min(float(size[1]), box.y + box.height)
    if right - left < LEAST_EXTENT or bottom - top < LEAST_EXTENT:
        return None, f"A box of “{box.label}” lies outside its picture, so it was left out."
    slack = LEAST_EXTENT * max(1.0, *size)
    inside = box.x >= -slack and box.y >= -slack
    if inside and box.x + box.width <= size[0] + slack and box.y + box.height <= size[1] + slack:
        return box, ""
    cut = replace(box, x=left, y=top, width=right - left, height=bottom - top)
    return cut, f"A box of “{box.label}” reached beyond its picture, so it was cut off at the edge."


def timed(region: Region) -> tuple[Region | None, str]:
    """Return a region whose times make sense, or None with a sentence that says why not."""
    if not (math.isfinite(region.start) and math.isfinite(region.end)):
        return None, f"A region of “{region.label}” has a time that is no number, so it was left out."
    if region.start < 0 or region.end < region.start:
        return None, f"A region of “{region.label}” ends before it starts, so it was left out."
    return region, ""


def inside(span: Span, text: str | None) -> tuple[Span | None, str]:
    """Return a span that lies in its text, None for one that is not read here, or None with a sentence why not."""
    if 0 <= span.start < span.end and (text is None or span.end <= len(text)):
        return span, ""
    return None, f"A span of “{span.label}” lies outside its text, so it was left out."
