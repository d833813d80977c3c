"""Marks as a project stores them: boxes of pictures, regions of sounds, spans of texts, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple

from engine.task import Modality
from labeling.annotations.model import Annotated, Box, Region, Span

Mark = Box | Region | Span

SHAPES: dict[Modality, type[Box] | type[Region] | type[Span]] = {
    Modality.IMAGE: Box,
    Modality.AUDIO: Region,
    Modality.TEXT: Span,
}


def marks_of(sample: Annotated) -> tuple[Mark, ...] | None:
    """Return the marks of a sample, of whichever kind; None where nothing is said of parts of it."""
    return next((marks for marks in (sample.boxes, sample.regions, sample.spans) if marks is not None), None)


def to_json(marks: Sequence[Mark]) -> str:
    """Return marks as a JSON list of ``[class, place…]``."""
    return json.dumps([astuple(mark) for mark in marks], ensure_ascii=False, allow_nan=False)


def renamed(stored: str | None, names: Mapping[str, str]) -> str | None:
    """Return stored marks with the classes that ``names`` calls otherwise called so, as their samples' labels are."""
    if stored is None or not names:
        return stored
    listed = [[names.get(label, label), *place] for label, *place in json.loads(stored)]
    return json.dumps(listed, ensure_ascii=False, allow_nan=False)


def from_json(text: str, modality: Modality) -> tuple[Mark, ...]:
    """Return the marks that :func:`to_json` wrote for samples of a modality."""
    return tuple(SHAPES[modality](*fields) for fields in json.loads(text))
