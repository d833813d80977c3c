"""Make one sample of what several entries say of the same file: lists in long form, several files, several tasks.

What they say is joined but for contradictions, where the first entry counts: another single class of a picture, or a
box of another class at the same place. A copy of an annotation file, older or corrected, has most boxes in almost the
same place: these count once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from labeling.annotations.marks import marks_of
from labeling.annotations.model import Annotated, Annotations, Box
from labeling.batch import Problem
from labeling.classes import same_spelling
from labeling.understanding import count

Said = TypeVar("Said")

SAME_PLACE = 0.9  # of what two boxes cover, what both cover


def joined(said: Annotations, long_form: bool = False) -> Annotations:
    """Return annotations with one sample a file, which has all that is said of it; texts stay as they are.

    ``long_form`` says that classes of one file may stand in an entry each, so that other ones contradict nothing.
    """
    files: dict[str, list[Annotated]] = {}
    for sample in said.samples:
        if sample.text is None:
            files.setdefault(sample.name, []).append(sample)
    again = sum(len(entries) > 1 for entries in files.values())
    if not again:
        return said
    joining = _Joining(long_form)
    samples = [entries[0] if len(entries) == 1 else joining.one(entries) for entries in files.values()]
    texts = [sample for sample in said.samples if sample.text is not None]
    problems = [*said.problems, Problem("", joining.sentence(again)), *joining.problems]
    return replace(said, samples=[*samples, *texts], problems=problems)


class _Joining:
    """What is joined, what of it contradicts something else, and how many boxes were there already."""

    def __init__(self, long_form: bool) -> None:
        self._long_form = long_form
        self._copies = 0
        self.problems: list[Problem] = []

    def sentence(self, again: int) -> str:
        """Return what is to be told of so many files that were joined."""
        said = f"{count(again, 'file is', 'files are')} annotated in several places: all that is said was joined"
        but = ", but for what contradicts it" if self.problems else ""
        copies = count(self._copies, "box that another file has too counts", "boxes that another file has too count")
        return f"{said}{but}; {copies} once." if self._copies else f"{said}{but}."

    def one(self, entries: Sequence[Annotated]) -> Annotated:
        """Return the sample that several entries of the same file make."""
        alike = [_all_of(list(mine)) for _, mine in groupby(entries, key=lambda entry: entry.said_in)]
        whole = _all_of(self._without_copies(alike))
        return replace(whole, classes=self._classes(entries, whole.classes))

    def _classes(self, entries: Sequence[Annotated], all_of_them: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Return the class of the first entry where each names a single one of the whole file; else all of them."""
        said = [entry for entry in entries if entry.classified]
        single = [entry.classes[0] for entry in said if entry.classes is not None and len(entry.classes) == 1]
        if not said or len(single) < len(said) or any(marks_of(entry) is not None for entry in said):
            return all_of_them
        others = [name for name in dict.fromkeys(single) if same_spelling(name) != same_spelling(single[0])]
        if others and self._long_form:
            return all_of_them
        if others:
            self._keep_first(said[0].name, "It is", single[0], others[0])
        return (single[0],)

    def _without_copies(self, files: Sequence[Annotated]) -> list[Annotated]:
        """Return what each file says, but for boxes where an earlier one has one already."""
        boxes: list[Box] = []
        kept = []
        for said in files:
            if boxes and said.boxes:
                there = _Boxes(boxes)
                said = replace(said, boxes=tuple(box for box in said.boxes if self._is_new(box, there, said.name)))
            boxes += said.boxes or ()
            kept.append(said)
        return kept

    def _is_new(self, box: Box, there: _Boxes, name: str) -> bool:
        labels = there.labels_at(box)
        if any(same_spelling(label) == same_spelling(box.label) for label in labels):
            self._copies += 1
        elif labels:
            self._keep_first(name, "The same place in it is", labels[0], box.label)
        return not labels

    def _keep_first(self, name: str, what: str, first: str, other: str) -> None:
        sentence = f"{what} annotated as “{first}” and as “{other}”: “{first}”, which comes first, was kept."
        self.problems.append(Problem(name, sentence))


class _Boxes:
    """Boxes of one picture by where they begin, so that few have to be compared with another."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = sorted(boxes, key=lambda box: box.x)
        self._lefts = [box.x for box in self._boxes]

    def labels_at(self, box: Box) -> list[str]:
        """Return the classes of the boxes in the place of another."""
        most = box.width * (1 / SAME_PLACE - 1)  # which two that begin further apart do not reach
        near = slice(bisect_left(self._lefts, box.x - most), bisect_right(self._lefts, box.x + most))
        return [one.label for one in self._boxes[near] if _shared(one, box) > SAME_PLACE]


def _shared(one: Box, other: Box) -> float:
    """Return the share of what two boxes cover that both of them do."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return both / (one.width * one.height + other.width * other.height - both)


def _all_of(entries: Sequence[Annotated]) -> Annotated:
    """Return all that entries say, in one pass: a recording may have one in each of 30,000 lines."""
    return replace(
        entries[0],
        classes=_once([entry.classes for entry in entries]),
        number=next((entry.number for entry in entries if entry.number is not None), None),
        size=next((entry.size for entry in entries if entry.size), None),
        boxes=_once([entry.boxes for entry in entries]),
        regions=_once([entry.regions for entry in entries]),
        spans=_once([entry.spans for entry in entries]),
        split=next((entry.split for entry in entries if entry.split), None),
    )


def _once(parts: Sequence[tuple[Said, ...] | None]) -> tuple[Said, ...] | None:
    """Return what any part holds, but for what an earlier one does; None where none says anything."""
    said = [part for part in parts if part is not None]
    there: set[Said] = set()
    found: list[Said] = []
    for part in said:
        found += [one for one in part if one not in there]
        there.update(part)
    return tuple(found) if said else None
