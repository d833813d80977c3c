"""The shapes that plots are made of. Lengths are in pixels of the page, y grows downwards, colours are roles."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Role = Literal["ink", "muted", "grid", "accent", "good", "bad", "surface"]
Anchor = Literal["start", "middle", "end"]
Spot = tuple[float, float]

TEXT_SIZE = 12.0
_WIDE, _NARROW = 1.0, 0.56


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled box; ``title`` is shown where someone points at it."""

    x: float
    y: float
    width: float
    height: float
    fill: Role
    opacity: float = 1.0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through two spots or more."""

    spots: tuple[Spot, ...]
    stroke: Role
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled shape."""

    spots: tuple[Spot, ...]
    fill: Role
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: Role
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text whose baseline begins, is centred or ends at a spot; ``upwards`` is turned by a quarter."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    fill: Role = "ink"
    size: float = TEXT_SIZE
    bold: bool = False
    upwards: bool = False


Mark = Rect | Line | Area | Dot | Words


@dataclass(frozen=True, slots=True)
class Scene:
    """A plot: its size, its shapes from back to front, and what it shows for who cannot see it."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    title: str
    description: str


def width_of(text: str, size: float = TEXT_SIZE) -> float:
    """Return about how wide a line of text is, in pixels, on the wide side."""
    return size * sum(_WIDE if _is_wide(letter) else _NARROW for letter in text)


def fitting(text: str, room: float, size: float = TEXT_SIZE) -> str:
    """Return ``text`` cut in its middle so that it takes no more than ``room`` pixels."""
    kept = len(text)
    cut = text
    while width_of(cut, size) > room and kept > 1:
        kept -= 1
        head = (kept + 1) // 2
        cut = f"{text[:head]}…{text[len(text) - (kept - head) :] if kept > head else ''}"
    return cut


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF" or letter in "mwMW%@"
