"""What the formats of pictures, sounds and texts share: from a list of files to an understanding and a batch."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from typing_extensions import override

from engine.task import Kind
from labeling.annotations.marks import renamed
from labeling.batch import Batch, Problem, summed_up
from labeling.classes import as_labels, check_number, classes_of, names_of, respelled, spellings, told
from labeling.errors import ImportRefused, MediaRefused
from labeling.formats.base import Format, Wishes
from labeling.media import Medium, Seen
from labeling.media.base import LookLimit, each
from labeling.source import Source
from labeling.strangers import as_problems, strangers, told_of
from labeling.understanding import NOUNS, Understanding, count

SHOWN_PROBLEMS = 3
UNUSED = ("thing in the annotations was left out or mended", "things in the annotations were left out or mended")
SCHEMA = {
    "id": pl.String,
    "reference": pl.String,
    "content": pl.String,
    "look": pl.Int64,
    "tones": pl.Binary,
    "label": pl.String,
    "split": pl.String,
    "marks": pl.String,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file with what its place or a list says about it; an empty label is a line that names no class.

    ``marks`` are those of parts of it, as :mod:`labeling.annotations.marks` writes them.
    """

    path: Path
    id: str
    label: str | None = None
    split: str | None = None
    marks: str | None = None


@dataclass
class Listing:
    """The files a format found.

    Attributes:
        entries: one per file, ids unique.
        problems: files that were passed over.
        target: the column that the labels come from, if they come from one.
        candidates: columns they could come from instead.
        kind: what the labels look like.
        origin: whose annotation files the labels come from, if they come from such.
        marked: whether these mark parts of the files.
    """

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    target: str | None = None
    candidates: tuple[str, ...] = ()
    kind: Kind = Kind.MULTICLASS
    origin: str = ""
    marked: bool = False


class MediaFormat(Format):
    """A way in which files of one medium and their labels lie."""

    def __init__(self, medium: Medium, layout: str) -> None:
        self.medium = medium
        self.name = f"{medium.modality.value}_{layout}"

    @abstractmethod
    def listing(self, source: Source, target: str | None) -> Listing:
        """Return the files with their labels, none of them opened."""

    @override
    def understand(self, source: Source, wishes: Wishes) -> Understanding:
        found = self.listing(source, wishes.target)
        if not found.entries:
            raise ImportRefused(
                f"There are no {self.medium.thing}s in {source.path.name}. "
                f"Choose a folder with {self.medium.endings} files."
            )
        kind = wishes.kind or found.kind
        labels, merged = _labels(found, kind)
        classes = classes_of(labels)
        check_number(len(classes), f"The labels of {source.path.name} have", column=found.target is not None)
        return Understanding(
            source=source.path,
            format=self.name,
            modality=self.medium.modality,
            kind=kind if labels.count() else wishes.kind,
            classes=classes,
            samples=len(found.entries),
            labelled=labels.count(),
            target=found.target,
            candidates=found.candidates,
            origin=found.origin,
            marked=found.marked,
            set_apart=sum(entry.split == "test" for entry in found.entries),
            problems=(
                *_sentences(found, labels, NOUNS[self.medium.modality]),
                *told(merged),
                *told_of(self._strangers(source, found), self.medium),
            ),
        )

    @override
    def read(self, source: Source, understanding: Understanding, look_seconds: float | None) -> Batch:
        found = self.listing(source, understanding.target)
        labels, merged = _labels(found, understanding.kind or found.kind)
        problems = [*found.problems, *(Problem("", note) for note in told(merged))]
        limit = LookLimit.starting_now(look_seconds)
        seen: list[Seen | str] = []
        for chunk in each(lambda entry: self._seen(entry.path, limit), found.entries):
            seen += chunk
            source.watch.step(len(seen), len(found.entries))
        kept = [place for place, outcome in enumerate(seen) if not isinstance(outcome, str)]
        refused = [(place, outcome) for place, outcome in enumerate(seen) if isinstance(outcome, str)]
        problems += [Problem(found.entries[place].id, outcome) for place, outcome in refused]
        problems += as_problems(self._strangers(source, found), self.medium)
        if not kept:
            raise ImportRefused(self._none_opened(found, source, refused[-1][1]))
        frame = _frame([(found.entries[place], seen[place]) for place in kept], merged)
        return Batch(frame.with_columns(labels.gather(kept).alias("label")), tuple(problems))

    def _strangers(self, source: Source, found: Listing) -> list[str]:
        """Return the names of the files in a folder that are left out by their endings and not told of otherwise."""
        if not source.path.is_dir():
            return []
        named = {problem.path for problem in found.problems}
        return [name for name in strangers(source.files, self.medium) if name not in named]

    def _seen(self, path: Path, limit: LookLimit) -> Seen | str:
        try:
            return self.medium.examine(path, with_look=limit.open)
        except MediaRefused as refusal:
            return str(refusal)

    def _none_opened(self, found: Listing, source: Source, last: str) -> str:
        if len(found.entries) == 1:
            return f"{found.entries[0].id} could not be opened. {last}"
        number = count(len(found.entries), self.medium.thing)
        return f"None of the {number} in {source.path.name} could be opened. The last: {last}"


def _labels(found: Listing, kind: Kind) -> tuple[pl.Series, dict[str, str]]:
    """Return a label of the kind for each entry, names that mean the same made one, and which became which."""
    name = f"The cells of the column “{found.target}”" if found.target else found.origin or "The names of the folders"
    cells = [entry.label for entry in found.entries]
    if all(cell is None for cell in cells):
        return as_labels(cells, Kind.MULTICLASS, name), {}
    labels = as_labels(cells, kind, name)
    merged = spellings(labels)
    return respelled(labels, merged), merged


def _frame(kept: list[tuple[Entry, Seen | str]], merged: dict[str, str]) -> pl.DataFrame:
    looked = [seen for _, seen in kept if isinstance(seen, Seen)]
    return pl.DataFrame(
        {
            "id": [entry.id for entry, _ in kept],
            "reference": [str(entry.path) for entry, _ in kept],
            "content": [seen.content for seen in looked],
            "look": [seen.look for seen in looked],
            "tones": [seen.tones for seen in looked],
            "label": None,
            "split": [entry.split for entry, _ in kept],
            "marks": [renamed(entry.marks, merged) for entry, _ in kept],
        },
        schema=SCHEMA,
    )


def _sentences(found: Listing, labels: pl.Series, noun: str) -> list[str]:
    sentences = []
    sizes = {} if labels.dtype.is_float() else dict(names_of(labels).value_counts().iter_rows())
    several = labels.dtype == pl.List(pl.String)
    if len(sizes) == 1 and not several:
        only = next(iter(sizes))
        sentences.append(f"All labelled {noun}s are “{only}”. Telling apart needs a second class: add {noun}s of one.")
    single = [name for name, number in sorted(sizes.items()) if number == 1]
    if single and len(sizes) > 1:
        shown = ", ".join(single[:SHOWN_PROBLEMS])
        sentences.append(
            f"{count(len(single), 'class has', 'classes have')} a single {noun}: {shown}. Add more of each."
        )
    if several and (bare := int((labels.list.len() == 0).sum())):
        names = (f"{noun} shows", f"{noun}s show") if found.origin else ("line names", "lines name")
        sentences.append(f"{count(bare, *names)} no class: taken as showing none of them.")
    if found.origin:
        return sentences + summed_up(found.problems, *UNUSED)
    return sentences + summed_up(found.problems, "file passed over", "files passed over")
