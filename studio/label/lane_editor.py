"""The marks that lie along one line, time or text: in which of several lanes each is drawn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from labeling.annotations.model import Region, Span
from studio.label.mark_editor import MarkEditor

L = TypeVar("L", Region, Span)


class LaneEditor(MarkEditor[L]):
    """Holds marks that have a start and an end, and keeps their lanes until they change."""

    def __init__(self) -> None:
        super().__init__()
        self._laned: tuple[list[L], list[int]] = ([], [])

    @abstractmethod
    def extent(self, mark: L) -> tuple[float, float]:
        """Return where a mark begins and ends as it is drawn."""

    def lanes(self) -> list[int]:
        """Return for each mark in which lane it is drawn, so that none lies over another."""
        if self._laned[0] != self.marks:
            self._laned = (list(self.marks), lanes([self.extent(mark) for mark in self.marks]))
        return self._laned[1]


def lanes(extents: Sequence[tuple[float, float]]) -> list[int]:
    """Return the lane of each extent: the first one that is free where it begins, the longer of two first.

    >>> lanes([(0, 10), (2, 5), (4, 12), (12, 14)])
    [0, 1, 2, 0]
    """
    ends: list[float] = []
    found = [0] * len(extents)
    for at in sorted(range(len(extents)), key=lambda at: (extents[at][0], -extents[at][1])):
        start, end = extents[at]
        lane = next((number for number, last in enumerate(ends) if last <= start), len(ends))
        ends[lane : lane + 1] = [end]
        found[at] = lane
    return found
