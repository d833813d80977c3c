"""What the card consists of, whatever it is written as: the page and the PDF show the same blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exporters.report.plots.scene import Scene


@dataclass(frozen=True, slots=True)
class Heading:
    """The beginning of a chapter (``level`` 2) or of a part of one (3)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. ``muted`` is for what may be skipped."""

    text: str
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Headline:
    """The one figure that counts, and under it what it was measured on."""

    text: str
    below: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must not miss."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences; ``numbered`` where their order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, a pair a line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows.

    Attributes:
        caption: what it is and what it was measured on.
        header: a word a column.
        rows: as many cells a row as there are columns.
        numbers: columns that hold numbers, written from the right.
        first: how many rows are shown at once; the page folds the others away, the PDF leaves them to the page.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    first: int = 25


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot; its scene says in words what it shows."""

    scene: Scene
    caption: str


@dataclass(frozen=True, slots=True)
class Card:
    """One sample: its picture as JPEG where it is one, what was said of it, and more about it."""

    title: str
    text: str
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Cards:
    """Samples side by side."""

    caption: str
    cards: tuple[Card, ...]


Block = Heading | Paragraph | Headline | Note | Points | Facts | Table | Figure | Cards


@dataclass(frozen=True, slots=True)
class Document:
    """The card. ``moment`` is when the run ended, None where that is not known; nothing in it is of today."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    moment: datetime | None
    keywords: tuple[str, ...] = ()
