"""The spans of one text while a person marks and resizes them. No widgets; all places in characters (code points)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from typing_extensions import override

from labeling.annotations.model import Span
from studio.label.lane_editor import LaneEditor
from studio.label.text_places import boundary


class SpanEditor(LaneEditor[Span]):
    """Holds the spans of a text."""

    noun: ClassVar[str] = "span"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def load(self, spans: Sequence[Span], text: str) -> None:
        """Begin with the spans of a text."""
        self.show(spans)
        self.text = text

    @override
    def place(self, mark: Span) -> tuple[float, ...]:
        return (mark.start, mark.end)

    def under(self, offset: int) -> int | None:
        """Return the shortest span that holds the character at an offset."""
        there = [at for at, mark in enumerate(self.marks) if mark.start <= offset < mark.end]
        return min(there, key=lambda at: self.marks[at].end - self.marks[at].start, default=None)

    def at(self, start: int, end: int) -> int | None:
        """Return the span of exactly this stretch, the chosen one first."""
        mark = self.mark
        if mark is not None and (mark.start, mark.end) == (start, end):
            return self.chosen
        return next((at for at, mark in enumerate(self.marks) if (mark.start, mark.end) == (start, end)), None)

    def mark_stretch(self, label: str, start: int, end: int) -> str:
        """Make a span of a stretch, without the spaces at its ends; nothing where it is there already."""
        start, end = trimmed(self.text, start, end)
        span = Span(label, start, end)
        if start >= end or span in self.marks:
            return ""
        return self.add(span)

    def nudge(self, by: int, of_start: bool, words: bool) -> str:
        """Move the start or the end of the chosen span by a character, as people see it, or by a word."""
        span = self.mark
        if span is None:
            return ""
        if of_start:
            start = boundary(self.text, span.start, by, words)
            after = replace(span, start=start) if start < span.end else span
        else:
            end = boundary(self.text, span.end, by, words)
            after = replace(span, end=end) if end > span.start else span
        return self.put(after, "Resize")

    @override
    def extent(self, mark: Span) -> tuple[float, float]:
        return mark.start, mark.end

    def words_of(self, span: Span) -> str:
        """Return the text of a span."""
        return self.text[span.start : span.end]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch of a text without the spaces at its ends.

    >>> trimmed("so it is", 2, 6)
    (3, 5)
    """
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))
