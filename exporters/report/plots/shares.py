"""Rows with a name and something measured: bars for amounts, dots with their intervals for shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.results.figures import Share
from engine.wording import of_100
from exporters.report.plain import shown
from exporters.report.plots import axis
from exporters.report.plots.scene import Dot, Line, Mark, Rect, Role, Scene, Words, fitting, width_of

WIDTH = 720.0
_ROW, _TOP, _NAMES, _RIGHT = 24.0, 30.0, 220.0, 60.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A name and amounts that lie one behind the other; ``said`` is written behind them."""

    name: str
    amounts: tuple[float, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A class: how many of its samples were found, and how often it was right to say it."""

    name: str
    found: Share
    trusted: Share


def bars(rows: Sequence[Bar], keys: Sequence[str], title: str, description: str) -> Scene:
    """Draw a bar a row; ``keys`` name the amounts of each."""
    left = _left([row.name for row in rows])
    behind = max(width_of(row.said, 11) for row in rows) + 12
    most = max(sum(row.amounts) for row in rows) or 1.0
    across = axis.Axis(0.0, most, left, WIDTH - behind)
    top = _TOP if len(keys) > 1 else 6.0
    marks = _legend(keys, left) if len(keys) > 1 else []
    for place, row in enumerate(rows):
        y, x = top + place * _ROW, left
        marks.append(_name(row.name, left, y))
        for number, value in enumerate(row.amounts):
            wide = across.at(value) - left
            marks.append(Rect(x, y + 4, max(wide, 0.5 if value else 0.0), _ROW - 8, _role(number), 0.8))
            x += wide
        marks.append(Words(x + 6, y + 16, row.said, "start", "muted", 11))
    return Scene(WIDTH, top + len(rows) * _ROW + 6, tuple(marks), title, description)


def pairs(rows: Sequence[Pair]) -> Scene:
    """Draw both shares of each class with their intervals."""
    left = _left([row.name for row in rows])
    across = axis.Axis(0.0, 100.0, left, WIDTH - _RIGHT)
    bottom = _TOP + len(rows) * _ROW + 4
    marks = [
        *axis.bottom(across, bottom, _TOP, "of 100", most=6),
        *_legend(("found, of those that are so", "right, of those named so"), left),
    ]
    for place, row in enumerate(rows):
        y = _TOP + place * _ROW
        marks.append(_name(row.name, left, y))
        marks += _dot(row.found, across, y + 8, "accent")
        marks += _dot(row.trusted, across, y + 16, "good")
    said = [
        f"{shown(row.name)}: {_words(row.found)} found, {_words(row.trusted)} rightly named so" for row in rows[:20]
    ]
    return Scene(WIDTH, bottom + 44, tuple(marks), "Each class, with intervals", "; ".join(said) + ".")


def _dot(share: Share, across: axis.Axis, y: float, role: Role) -> list[Mark]:
    if not share.total:
        return []
    low, high = (across.at(100 * bound) for bound in share.interval)
    return [Line(((low, y), (high, y)), role, 2.0), Dot(across.at(100 * share.value), y, 4.0, role)]


def _words(share: Share) -> str:
    return f"{of_100(share.value)} of 100" if share.total else "none"


def _left(names: Sequence[str]) -> float:
    return min(_NAMES, 16 + max(width_of(shown(name)) for name in names))


def _name(name: str, left: float, y: float) -> Words:
    return Words(left - 8, y + 16, fitting(shown(name), left - 10), "end")


def _role(number: int) -> Role:
    return ("accent", "muted", "good")[number % 3]


def _legend(keys: Sequence[str], left: float) -> list[Mark]:
    roles: tuple[Role, ...] = ("accent", "muted") if len(keys[0]) < 20 else ("accent", "good")
    marks: list[Mark] = []
    x = left
    for key, role in zip(keys, roles, strict=True):
        marks.append(Rect(x, 6, 10, 10, role, 0.85))
        marks.append(Words(x + 15, 15, key, "start", "muted"))
        x += 36 + width_of(key)
    return marks
