"""The regions of one sound while a person marks, moves and resizes them. No widgets; all places in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from typing_extensions import override

from labeling.annotations.model import Region
from studio.label.lane_editor import LaneEditor

DECIMALS = 4  # a tenth of a millisecond: finer than anyone can hear or point at

_LEAST_S = 1e-3


class Hold(Enum):
    """What of a region is held."""

    BODY = "body"
    START = "start"
    END = "end"


@dataclass(frozen=True)
class _Gesture:
    """A drag under way: from where, of which region by what; a selection has no ``hold``."""

    start: float
    region: Region | None = None
    hold: Hold | None = None


class RegionEditor(LaneEditor[Region]):
    """Holds the regions of a sound and the stretch that is selected, of which a region can be made."""

    noun: ClassVar[str] = "region"

    def __init__(self) -> None:
        super().__init__()
        self.selection: tuple[float, float] | None = None
        self.seconds = 0.0
        self._gesture: _Gesture | None = None
        self._before: list[Region] = []

    def load(self, regions: Sequence[Region], seconds: float) -> None:
        """Begin with the regions of a sound of this length; where they are those of before, a drag goes on."""
        if self.busy and (list(regions), seconds) == (self._before, self.seconds):
            return
        if list(regions) != self.marks:
            self.selection = None
        self.show(regions)
        self.seconds, self._gesture = seconds, None

    @override
    def place(self, mark: Region) -> tuple[float, ...]:
        return (mark.start, mark.end)

    @property
    def busy(self) -> bool:
        """Whether a drag is under way."""
        return self._gesture is not None

    @override
    def extent(self, mark: Region) -> tuple[float, float]:
        return mark.start, max(mark.end, mark.start + _LEAST_S)

    def under(self, moment: float) -> int | None:
        """Return the shortest region at a moment."""
        there = [at for at, mark in enumerate(self.marks) if mark.start <= moment <= mark.end]
        return min(there, key=lambda at: self.marks[at].end - self.marks[at].start, default=None)

    def hold_at(self, at: int, moment: float, reach: float) -> Hold | None:
        """Return by what a region is held at a moment; even the shortest can be held in its middle."""
        region = self.marks[at]
        if not region.start - reach <= moment <= region.end + reach:
            return None
        inner = min(reach, (region.end - region.start) / 4)
        if moment <= region.start + inner:
            return Hold.START if region.end > region.start or moment < region.start else Hold.END
        return Hold.END if moment >= region.end - inner else Hold.BODY

    def take_hold(self, at: int, hold: Hold, moment: float) -> None:
        """Begin to move or resize a region, which is chosen from now on."""
        self.chosen, self.selection = at, None
        self._before = list(self.marks)
        self._gesture = _Gesture(moment, self.marks[at], hold)

    def begin_selection(self, moment: float) -> None:
        """Begin to select a stretch."""
        self._before = list(self.marks)
        self._gesture = _Gesture(self._inside(moment))

    def drag(self, moment: float) -> None:
        """Follow the pointer."""
        gesture = self._gesture
        if gesture is None:
            return
        if gesture.region is None or self.chosen is None:
            first, last = sorted((gesture.start, self._inside(moment)))
            self.selection, self.chosen = (first, last), None
        else:
            self.marks[self.chosen] = self._moved(gesture.region, gesture.hold, moment - gesture.start)

    def release(self) -> str:
        """End the drag; return what it did to a region."""
        gesture, self._gesture = self._gesture, None
        if gesture is None or gesture.region is None or self.chosen is None or self.marks == self._before:
            return ""
        did = "Move" if gesture.hold is Hold.BODY else "Resize"
        return f"{did} a region of “{gesture.region.label}”"

    def cancel(self) -> None:
        """Give up the drag."""
        if self._gesture is not None:
            self.marks, self._gesture, self.selection = list(self._before), None, None

    def select(self, start: float, end: float) -> None:
        """Select a stretch; a region of it can be made."""
        first, last = sorted((self._inside(start), self._inside(end)))
        self.selection, self.chosen = (first, last), None

    def mark_selection(self, label: str, otherwise: float) -> str:
        """Make a region of what is selected, or of a moment where nothing is."""
        start, end = self.selection or (self._inside(otherwise),) * 2
        self.selection = None
        return self.add(Region(label, round(start, DECIMALS), round(end, DECIMALS)))

    def nudge(self, by: float, hold: Hold) -> str:
        """Move the chosen region, its start or its end by some seconds."""
        region = self.mark
        if region is None:
            return ""
        return self.put(self._moved(region, hold, by), "Move" if hold is Hold.BODY else "Resize")

    def _moved(self, region: Region, hold: Hold | None, by: float) -> Region:
        start, end = region.start, region.end
        if hold is Hold.BODY:
            start = min(max(start + by, 0.0), max(0.0, self.seconds - (end - start)))
            end = start + region.end - region.start
        elif hold is Hold.START:
            start, end = sorted((self._inside(start + by), end))
        else:
            start, end = sorted((start, self._inside(end + by)))
        return replace(region, start=round(start, DECIMALS), end=round(end, DECIMALS))

    def _inside(self, moment: float) -> float:
        return min(max(moment, 0.0), self.seconds)


def clipped(region: Region, seconds: float) -> Region | None:
    """Return the part of a region that lies in a sound of this length; None where there is none."""
    if region.start > seconds:
        return None
    return replace(region, end=min(region.end, round(seconds, DECIMALS)))
