"""What was understood of some files, as one sentence that the person can edit before anything is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine.task import Column, ColumnType, Kind, Modality
from engine.wording import NOUNS as NOUNS  # who reads sentences finds the nouns here
from labeling.tables.together import learned_from, together_by

NAMED_CLASSES = 5
TABLE_FORMAT = "table"
TEXTS_FORMAT = "texts"
MARKS = {Modality.IMAGE: "boxes", Modality.AUDIO: "regions", Modality.TEXT: "spans"}
FLAT = "_flat"
LAYOUTS = {
    "annotated": "with annotation files",
    "manifest": "with a list",
    "folders": "in folders",
    "flat": "without labels",
}
SAID = {
    Kind.MULTICLASS: "you give each one class",
    Kind.MULTILABEL: "you give each any number of classes",
    Kind.REGRESSION: "you give each a number",
}


def kind_words(modality: Modality, rows: bool) -> dict[Kind, str]:
    """Return how the sentence says what is wanted; ``rows`` of a table name the column that says it next."""
    noun = NOUNS[modality]
    if rows:
        return {
            Kind.MULTICLASS: f"sort {noun}s by",
            Kind.MULTILABEL: f"give each {noun} any of the",
            Kind.REGRESSION: "predict the number in",
        }
    return {
        Kind.MULTICLASS: f"sort {noun}s into",
        Kind.MULTILABEL: f"sort {noun}s into any of",
        Kind.REGRESSION: f"predict a number for {noun}s",
    }


def layout_words(name: str, modality: Modality) -> str:
    """Return how the sentence names a format of files; another ``modality`` than that of the sentence is named, too.

    >>> layout_words("image_flat", Modality.IMAGE), layout_words("audio_folders", Modality.IMAGE)
    ('without labels', 'the sounds in folders')
    """
    other, _, layout = name.partition("_")
    words = LAYOUTS.get(layout, name)
    return words if other == modality.value else f"the {NOUNS[Modality(other)]}s {words}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is not learned from, and why; ``final`` where the person cannot take it in after all."""

    name: str
    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the sentence; ``field`` names what the person can change by picking one of ``options``."""

    text: str
    field: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of the files at ``source``.

    Attributes:
        source: absolute path of the file or folder.
        format: name of the format in :data:`labeling.formats.FORMATS`.
        kind: None where nothing is labelled yet.
        classes: in sorted order; empty for a regression.
        samples: how many there are (of a very large table: about how many).
        labelled: how many of them carry a label.
        target: the column to predict, of a table or a list of files.
        columns: a table's input columns, and the one that keeps rows together; none where each sample is a file.
        candidates: columns that can be the target instead.
        left_out: columns that are not learned from.
        kept: columns that the person wants learned from, whatever speaks against them.
        types: how the person wants columns read, None for those to be left out.
        set_apart: samples that the data itself keeps for testing.
        origin: the tool whose annotation files the labels come from, if they come from such.
        marked: whether these mark parts of the samples: boxes, regions or spans.
        problems: sentences the person should read.
        chosen: the files and folders in ``source`` that were meant, if not all were.
        layouts: names of other formats that these files can be read as.
        apart: whether the samples that the data sets apart are kept for the test.
        parted_by: the column of a table that says which rows are kept for the test.
        dates: patterns of columns of dates that this table writes otherwise than ``columns`` say.
        passed_over: the column that is named as the target, where it has too many classes to be predicted.
    """

    source: Path
    format: str
    modality: Modality
    kind: Kind | None
    classes: tuple[str, ...] = ()
    samples: int = 0
    labelled: int = 0
    target: str | None = None
    columns: tuple[Column, ...] = ()
    candidates: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    kept: tuple[str, ...] = ()
    types: tuple[tuple[str, ColumnType | None], ...] = ()
    set_apart: int = 0
    origin: str = ""
    marked: bool = False
    problems: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    apart: bool = True
    parted_by: str | None = None
    dates: tuple[tuple[str, str], ...] = ()
    passed_over: str = ""

    @property
    def as_written(self) -> tuple[Column, ...]:
        """The columns to learn from, dates in the way that this table writes them."""
        own = dict(self.dates)
        return tuple(replace(c, format=own[c.name]) if c.name in own else c for c in self.columns)

    @property
    def place(self) -> str:
        """What was dropped, in words."""
        return f"{len(self.chosen):,} things from “{self.source.name}”" if self.chosen else f"“{self.source.name}”"

    def sentence(self) -> tuple[Part, ...]:
        """Return the editable sentence, piece by piece."""
        parts = self._about_rows() if self.format == TABLE_FORMAT else self._about_files()
        together = together_by(self.columns)
        if together is not None:
            parts.append(Part(f"; rows of one “{together}” stay together"))
        if self.labelled and self.labelled < self.samples:
            parts.append(Part(f"; {without_label(self.samples - self.labelled)}"))
        if self.set_apart:
            parts += [Part("; "), Part(self._apart_words()[self.apart], "apart", tuple(self._apart_words().values()))]
        return tuple(parts)

    def text(self) -> str:
        """Return the sentence as plain text."""
        return "".join(part.text for part in self.sentence())

    def wish(self, field: str, option: str) -> dict[str, Any]:
        """Return the keyword arguments of :func:`labeling.importing.understand` after the person picked ``option``.

        A new target has its kind guessed anew. ``keep`` is a field beside the sentence: a column that was left out is
        taken in after all.

        Raises:
            KeyError: the sentence has no such field or option.
        """
        same = {"layout": self.format, "apart": self.apart, "kept": self.kept, "types": dict(self.types)}
        if field == "target":
            kept = tuple(name for name in self.kept if name != option)
            return {**same, "target": option, "kind": None, "kept": kept}
        if field == "layout":
            layouts = {layout_words(name, self.modality): name for name in self.layouts}
            return {**same, "target": None, "kind": None, "layout": layouts.get(option, self.format)}
        same |= {"target": self.target, "kind": self.kind}
        if field == "kind":
            return {**same, "kind": {words: kind for kind, words in self._kind_words().items()}[option]}
        if field == "apart":
            return {**same, "apart": option == self._apart_words()[True]}
        if field == "keep" and option in {left.name for left in self.left_out if not left.final}:
            return {**same, "kept": (*self.kept, option)}
        raise KeyError(field)

    def _apart_words(self) -> dict[bool, str]:
        return {True: f"{self.set_apart:,} kept apart for the test", False: "none kept apart for the test"}

    def _kind_words(self) -> dict[Kind, str]:
        rows = self.format == TABLE_FORMAT
        if not rows and not self.labelled:
            return SAID
        words = kind_words(self.modality, rows)
        if not rows and self.target is None and self.kind is not Kind.REGRESSION:  # names of folders are no numbers
            del words[Kind.REGRESSION]
        return words

    def _about_files(self) -> list[Part]:
        number = count(self.samples, NOUNS[self.modality])
        words = self._kind_words()
        kind = self.kind or Kind.MULTICLASS
        chosen = Part(words[kind], "kind", tuple(words.values()))
        if not self.labelled:
            return [*self._from(number, "without labels"), chosen]
        where = f"in {count(len(self.classes), 'folder')}" if self.target is None and self.classes else ""
        if self.origin:
            where = f"with {MARKS[self.modality] if self.marked else 'labels'} of {self.origin}"
        elif self.target is not None and any(not name.endswith(FLAT) for name in self.layouts):
            where = "with a list"
        names = "" if kind is Kind.REGRESSION else f" {some_names(self.classes)}"
        parts = [*self._from(number, where), chosen, Part(names)]
        if self.target is None:
            return parts
        return [*parts, Part(" (column "), Part(self.target, "target", self.candidates), Part(")")]

    def _from(self, number: str, where: str) -> list[Part]:
        """Return how many samples there are and where their labels come from, which may be changed."""
        if not self.layouts or not where:
            return [Part(f"{number} {where} → " if where else f"{number} → ")]
        others = (layout_words(name, self.modality) for name in self.layouts)
        return [Part(f"{number} "), Part(where, "layout", (where, *others)), Part(" → ")]

    def _about_rows(self) -> list[Part]:
        number = count(self.samples, NOUNS[self.modality])
        inputs = (
            ""
            if self.modality is Modality.TEXT
            else f" with {count(len(learned_from(self.columns)), 'column')} to learn from"
        )
        start = Part(f"{number}{inputs} → ")
        if self.kind is None or self.target is None:
            return [start, Part("choose what to predict", "target", self.candidates)]
        said = self._kind_words()
        words = Part(said[self.kind], "kind", tuple(said.values()))
        parts = [start, words, Part(" "), Part(self.target, "target", self.candidates)]
        joins = {Kind.MULTICLASS: " into ", Kind.MULTILABEL: ": "}
        if self.kind in joins:
            parts.append(Part(joins[self.kind] + some_names(self.classes)))
        return parts

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "source": str(self.source)}

    @property
    def holds_rows(self) -> bool:
        """Whether the samples are rows of a table, or texts in a list, rather than files."""
        return self.format in (TABLE_FORMAT, TEXTS_FORMAT)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Understanding:
        """Rebuild from :meth:`to_json`."""
        return cls(
            source=Path(data["source"]),
            format=data["format"],
            modality=Modality(data["modality"]),
            kind=Kind(data["kind"]) if data["kind"] else None,
            classes=tuple(data["classes"]),
            samples=data["samples"],
            labelled=data["labelled"],
            target=data["target"],
            columns=tuple(Column(**{**c, "type": ColumnType(c["type"])}) for c in data["columns"]),
            candidates=tuple(data["candidates"]),
            left_out=tuple(LeftOut(**c) for c in data["left_out"]),
            kept=tuple(data.get("kept", ())),
            types=tuple((name, ColumnType(type_) if type_ else None) for name, type_ in data.get("types", ())),
            set_apart=data["set_apart"],
            origin=data.get("origin", ""),
            marked=data.get("marked", False),
            problems=tuple(data["problems"]),
            chosen=tuple(data.get("chosen", ())),
            layouts=tuple(data.get("layouts", ())),
            apart=data.get("apart", True),
            parted_by=data.get("parted_by"),
            dates=tuple((name, pattern) for name, pattern in data.get("dates", ())),
            passed_over=data.get("passed_over", ""),
        )


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun: ``1 photo``, ``2,021 photos``; ``nouns`` is a plural without ``s``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {nouns or noun + 's'}"


def without_label(number: int) -> str:
    """Say how many samples have no label.

    >>> without_label(1), without_label(2021)
    ('1 has no label', '2,021 have no label')
    """
    return f"{number:,} {'has' if number == 1 else 'have'} no label"


def some_names(names: tuple[str, ...]) -> str:
    """Return at most :data:`NAMED_CLASSES` names, then how many more."""
    shown = " / ".join(" ".join(name.split()) for name in names[:NAMED_CLASSES])
    more = len(names) - NAMED_CLASSES
    return f"{shown} and {more} more" if more > 0 else shown
