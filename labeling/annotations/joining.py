"""Make one sample of what several entries say of the same file: lists in long form, several files, several tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from labeling.annotations.model import Annotated, Annotations
from labeling.batch import Problem
from labeling.understanding import count

Said = TypeVar("Said")


def joined(said: Annotations) -> Annotations:
    """Return annotations with one sample a file, which has all that is said of it; texts stay as they are."""
    files: dict[str, Annotated] = {}
    again: set[str] = set()
    for sample in said.samples:
        if sample.text is None and sample.name in files:
            again.add(sample.name)
            files[sample.name] = _both(files[sample.name], sample)
        elif sample.text is None:
            files[sample.name] = sample
    if not again:
        return said
    texts = [sample for sample in said.samples if sample.text is not None]
    sentence = f"{count(len(again), 'file is', 'files are')} annotated in several places: all that is said was joined."
    return replace(said, samples=[*files.values(), *texts], problems=[*said.problems, Problem("", sentence)])


def _both(one: Annotated, other: Annotated) -> Annotated:
    return replace(
        one,
        classes=_all(one.classes, other.classes),
        number=other.number if one.number is None else one.number,
        size=one.size or other.size,
        boxes=_all(one.boxes, other.boxes),
        regions=_all(one.regions, other.regions),
        spans=_all(one.spans, other.spans),
        split=one.split or other.split,
    )


def _all(first: tuple[Said, ...] | None, second: tuple[Said, ...] | None) -> tuple[Said, ...] | None:
    """Return what either holds, what both hold once; None where neither says anything."""
    if first is None or second is None:
        return second if first is None else first
    there = set(first)
    return (*first, *(one for one in second if one not in there))
