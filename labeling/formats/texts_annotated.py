"""Texts that lie in an annotation file themselves, with their classes or spans: fastText, CoNLL, Label Studio."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from typing_extensions import override

from engine.dataset import INPUT_PREFIX
from engine.task import Column, ColumnType, Kind, Modality
from labeling.annotations.codec import Codec, read_once
from labeling.annotations.marks import renamed, to_json
from labeling.annotations.model import Annotated, Annotations, Carried, are_numbers, numbers_beside_classes
from labeling.annotations.registry import CODECS
from labeling.batch import Batch, Problem, summed_up
from labeling.classes import check_number, classes_of, respelled, spellings, told
from labeling.errors import ImportRefused
from labeling.formats.base import Format, Wishes
from labeling.formats.media import UNUSED
from labeling.source import Source
from labeling.understanding import TEXTS_FORMAT, Understanding

COLUMN = Column("text", ColumnType.TEXT)


class TextsAnnotated(Format):
    """Annotation files that hold the texts, too. The classes of a text with spans are those of its spans."""

    name = TEXTS_FORMAT

    @override
    def recognises(self, source: Source) -> bool:
        return _codec(source) is not None

    @override
    def understand(self, source: Source, wishes: Wishes) -> Understanding:
        codec, said = _read(source)
        kind = wishes.kind or _kind(said.samples)
        labels, merged = _labels(said.samples, kind)
        classes = classes_of(labels)
        check_number(len(classes), f"The labels of {source.path.name} have")
        return Understanding(
            source=source.path,
            format=self.name,
            modality=Modality.TEXT,
            kind=kind if labels.count() else wishes.kind,
            classes=classes,
            samples=len(said.samples),
            labelled=labels.count(),
            columns=(COLUMN,),
            origin=codec.title,
            marked=any(sample.spans is not None for sample in said.samples),
            set_apart=sum(sample.split == "test" for sample in said.samples),
            problems=(*summed_up(said.problems, *UNUSED), *told(merged)),
        )

    @override
    def read(self, source: Source, understanding: Understanding, look_seconds: float | None) -> Batch:
        return listed(source, understanding.kind)


def listed(source: Source, kind: Kind | None = None) -> Batch:
    """Return the texts of annotation files as samples, with labels of a kind where they have some."""
    _, said = _read(source)
    labels, merged = _labels(said.samples, kind or Kind.MULTICLASS)
    nothing = {"reference": pl.String, "content": pl.String, "look": pl.Int64, "tones": pl.Binary}
    size = len(said.samples)
    frame = pl.DataFrame(
        {
            "id": [str(place) for place in range(size)],
            **{name: pl.Series([None] * size, dtype=dtype) for name, dtype in nothing.items()},
            "label": labels,
            "split": pl.Series([_split(sample) for sample in said.samples], dtype=pl.String),
            "marks": pl.Series([renamed(_marks(sample), merged) for sample in said.samples], dtype=pl.String),
            INPUT_PREFIX + COLUMN.name: [sample.text for sample in said.samples],
        }
    )
    source.watch.step(size, size)
    return Batch(frame, (*said.problems, *(Problem("", note) for note in told(merged))))


def _codec(source: Source) -> Codec | None:
    """Return the format of the texts; one whose samples are files is for :mod:`labeling.formats.media_annotated`."""
    codecs = (codec for codec in CODECS.values() if codec.carries & {Carried.CLASS, Carried.SPANS})
    found = next((codec for codec in codecs if codec.recognises(source)), None)
    if found is None:
        return None
    try:
        said = read_once(found, source)
    except ImportRefused:
        return None  # what else lies there may be taken in all the same
    return found if any(sample.text is not None for sample in said.samples) else None


def _read(source: Source) -> tuple[Codec, Annotations]:
    codec = _codec(source)
    if codec is None:
        raise ImportRefused(f"The texts in {source.path.name} are not there any more.")
    said = read_once(codec, source)
    texts = [sample for sample in said.samples if sample.text is not None]
    return codec, replace(said, samples=texts, problems=[*said.problems, *numbers_beside_classes(texts)])


def _kind(samples: list[Annotated]) -> Kind:
    if are_numbers(samples):
        return Kind.REGRESSION
    several = any(sample.spans is not None or len(sample.classes or ("",)) != 1 for sample in samples)
    return Kind.MULTILABEL if several else Kind.MULTICLASS


def _labels(samples: list[Annotated], kind: Kind) -> tuple[pl.Series, dict[str, str]]:
    """Return a label of the kind for each text, names that mean the same made one, and which became which."""
    if kind is Kind.REGRESSION:
        return pl.Series("label", [sample.number for sample in samples], dtype=pl.Float64), {}
    numbers = are_numbers(samples)
    names = [_names(sample, numbers) for sample in samples]
    if kind is Kind.MULTILABEL:
        labels = pl.Series("label", names, dtype=pl.List(pl.String))
    else:
        labels = pl.Series("label", [mine[0] if mine else None for mine in names], dtype=pl.String)
    merged = spellings(labels)
    return respelled(labels, merged), merged


def _names(sample: Annotated, numbers: bool) -> list[str] | None:
    """Return the classes of a text; ``numbers`` are classes where the person wants them to be."""
    if numbers and sample.number is not None:
        return [repr(sample.number)]
    return list(sample.names) if sample.classified else None


def _split(sample: Annotated) -> str | None:
    return "train" if sample.split == "validation" else sample.split


def _marks(sample: Annotated) -> str | None:
    return None if sample.spans is None else to_json(sample.spans)
