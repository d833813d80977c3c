"""What a person can do to marks of any kind: choose one, give it another class, take it away. No widgets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from labeling.annotations.model import Box, Region, Span

M = TypeVar("M", Box, Region, Span)


class MarkEditor(ABC, Generic[M]):
    """Holds the marks of one sample; each finished change has a name for the history, empty where nothing changed."""

    noun: ClassVar[str] = "mark"

    def __init__(self) -> None:
        self.marks: list[M] = []
        self.chosen: int | None = None

    @property
    def mark(self) -> M | None:
        """The chosen mark."""
        return self.marks[self.chosen] if self.chosen is not None else None

    def show(self, marks: Sequence[M]) -> None:
        """Hold other marks; the chosen one stays chosen where they are those that were just made."""
        if list(marks) != self.marks:
            self.chosen = None
        self.marks = list(marks)

    def remove(self) -> str:
        """Remove the chosen mark."""
        if self.chosen is None:
            return ""
        gone = self.marks.pop(self.chosen)
        self.chosen = None
        return f"Delete a {self.noun} of “{gone.label}”"

    def name(self, label: str) -> str:
        """Give the chosen mark another class."""
        if self.chosen is None or self.marks[self.chosen].label == label:
            return ""
        self.marks[self.chosen] = replace(self.marks[self.chosen], label=label)
        return f"Make a {self.noun} “{label}”"

    def choose_next(self, by: int = 1) -> None:
        """Choose the next mark in reading order, or with -1 the one before; around the ends."""
        order = sorted(range(len(self.marks)), key=lambda at: self.place(self.marks[at]))
        if not order:
            return
        now = order.index(self.chosen) + by if self.chosen is not None else (0 if by > 0 else -1)
        self.chosen = order[now % len(order)]

    @abstractmethod
    def place(self, mark: M) -> tuple[float, ...]:
        """Return what the reading order goes by."""

    def add(self, mark: M) -> str:
        """Add a mark and choose it."""
        self.marks.append(mark)
        self.chosen = len(self.marks) - 1
        return f"Mark a {self.noun} of “{mark.label}”"

    def put(self, mark: M, did: str) -> str:
        """Change the chosen mark; return what was done, nothing where it was so already."""
        if self.chosen is None or self.marks[self.chosen] == mark:
            return ""
        self.marks[self.chosen] = mark
        return f"{did} a {self.noun} of “{mark.label}”"

    def edit(self, at: int, mark: M) -> str:
        """Put what became of a mark in its place and choose it; return what was done."""
        self.chosen = at
        if mark.label == self.marks[at].label:
            return self.put(mark, "Change")
        self.marks[at] = mark
        return f"Make a {self.noun} “{mark.label}”"
