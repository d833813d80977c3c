"""What the formats of pictures share: from a list of files to an understanding and a batch."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from typing_extensions import override

from engine.task import Kind, Modality
from labeling.batch import Batch, Problem
from labeling.errors import ImportRefused, PictureRefused
from labeling.formats.base import Format, Source, Wishes
from labeling.pictures import LookLimit, Picture, each, examine
from labeling.understanding import Understanding, count

SHOWN_PROBLEMS = 3
SCHEMA = {
    "id": pl.String,
    "reference": pl.String,
    "content": pl.String,
    "look": pl.Int64,
    "tones": pl.Binary,
    "label": pl.String,
    "split": pl.String,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture file with what its place says about it."""

    path: Path
    id: str
    label: str | None = None
    split: str | None = None


@dataclass
class Listing:
    """The pictures a format found.

    Attributes:
        entries: one per picture, ids unique.
        problems: files that were passed over.
        target: the column that the labels come from, if they come from one.
        candidates: columns they could come from instead.
    """

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    target: str | None = None
    candidates: tuple[str, ...] = ()


class ImageFormat(Format):
    """A way in which pictures and their labels lie in files."""

    @abstractmethod
    def listing(self, source: Source, target: str | None) -> Listing:
        """Return the pictures with their labels, none of them opened."""

    @override
    def understand(self, source: Source, wishes: Wishes) -> Understanding:
        if wishes.kind is Kind.REGRESSION:
            raise ImportRefused(
                "Photos can be sorted into classes; predicting a number from photos is not possible yet."
            )
        found = self.listing(source, wishes.target)
        if not found.entries:
            raise ImportRefused(f"There are no pictures in {source.path.name}. Choose a folder with JPEG or PNG files.")
        labels = [entry.label for entry in found.entries if entry.label is not None]
        classes = tuple(sorted(set(labels)))
        return Understanding(
            source=source.path,
            format=self.name,
            modality=Modality.IMAGE,
            kind=Kind.MULTICLASS if labels else None,
            classes=classes,
            samples=len(found.entries),
            labelled=len(labels),
            target=found.target,
            candidates=found.candidates,
            set_apart=sum(entry.split == "test" for entry in found.entries),
            problems=_sentences(found, labels, classes),
        )

    @override
    def read(self, source: Source, understanding: Understanding, look_seconds: float | None) -> Batch:
        found = self.listing(source, understanding.target)
        problems = list(found.problems)
        limit = LookLimit.starting_now(look_seconds)
        seen: list[Picture | str] = []
        for chunk in each(lambda entry: _seen(entry.path, limit), found.entries):
            seen += chunk
            source.watch.step(len(seen), len(found.entries))
        kept: list[tuple[Entry, Picture]] = []
        for entry, outcome in zip(found.entries, seen, strict=True):
            if isinstance(outcome, str):
                problems.append(Problem(entry.id, outcome))
            else:
                kept.append((entry, outcome))
        if not kept:
            if len(seen) == 1:
                raise ImportRefused(f"{found.entries[0].id} could not be opened. {problems[-1].sentence}")
            raise ImportRefused(
                f"None of the {count(len(seen), 'picture')} in {source.path.name} could be opened. "
                f"The last: {problems[-1].sentence}"
            )
        return Batch(_frame(kept), tuple(problems))


def _seen(path: Path, limit: LookLimit) -> Picture | str:
    try:
        return examine(path, with_look=limit.open)
    except PictureRefused as refusal:
        return str(refusal)


def _frame(kept: list[tuple[Entry, Picture]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [entry.id for entry, _ in kept],
            "reference": [str(entry.path) for entry, _ in kept],
            "content": [picture.content for _, picture in kept],
            "look": [picture.look for _, picture in kept],
            "tones": [picture.tones for _, picture in kept],
            "label": [entry.label for entry, _ in kept],
            "split": [entry.split for entry, _ in kept],
        },
        schema=SCHEMA,
    )


def _sentences(found: Listing, labels: list[str], classes: tuple[str, ...]) -> tuple[str, ...]:
    sentences = []
    if labels and len(classes) == 1:
        sentences.append(
            f"All labelled photos are “{classes[0]}”. Telling apart needs a second class: add photos of one."
        )
    single = [name for name, number in sorted(Counter(labels).items()) if number == 1]
    if single and len(classes) > 1:
        shown = ", ".join(single[:SHOWN_PROBLEMS])
        sentences.append(
            f"{count(len(single), 'class has', 'classes have')} a single photo: {shown}. Add more of each."
        )
    if found.problems:
        first = found.problems[0]
        sentences.append(f"{count(len(found.problems), 'file')} passed over; the first, {first.path}: {first.sentence}")
    return tuple(sentences)
