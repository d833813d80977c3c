"""How good the model was at each moment: steps, with the band that each was sure to, and who took over when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.wording import amount, duration
from exporters.report.plots import axis
from exporters.report.plots.scene import Area, Dot, Line, Mark, Scene, Words

WIDTH, HEIGHT = 720.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 18.0, 16.0, 48.0


@dataclass(frozen=True, slots=True)
class Step:
    """From ``moment`` (seconds) on the model scored ``score``, between ``low`` and ``high``; ``mark`` numbers it."""

    moment: float
    score: float
    low: float
    high: float
    mark: str = ""


def curve(steps: Sequence[Step], end: float, what: str) -> Scene:
    """Draw at least one step; ``end`` is when the run ended, ``what`` the score's name."""
    moments = [*(step.moment for step in steps), end]
    across = axis.of_time(moments, _LEFT, WIDTH - _RIGHT)
    values = [value for step in steps for value in (step.low, step.high, step.score)]
    up = axis.spanning(values, HEIGHT - _BOTTOM, _TOP)
    marks = [
        *axis.bottom(across, HEIGHT - _BOTTOM, _TOP, "seconds of training" + (" (logarithmic)" if across.log else "")),
        *axis.left(up, _LEFT, WIDTH - _RIGHT, what),
        Area(_band(steps, across, up), "accent", 0.16),
        Line(_stairs(steps, across, up), "accent", 2.0),
        *_markers(steps, across, up),
    ]
    return Scene(WIDTH, HEIGHT, tuple(marks), "The learning curve", _words(steps, end, what))


def _stairs(steps: Sequence[Step], across: axis.Axis, up: axis.Axis) -> tuple[tuple[float, float], ...]:
    spots, height = [], None
    for step in steps:
        x, y = across.at(step.moment), up.at(step.score)
        if height is not None:
            spots.append((x, height))
        spots.append((x, y))
        height = y
    return (*spots, (across.end, spots[-1][1]))


def _band(steps: Sequence[Step], across: axis.Axis, up: axis.Axis) -> tuple[tuple[float, float], ...]:
    ends = [across.at(step.moment) for step in steps[1:]] + [across.end]
    above, below = [], []
    for step, end in zip(steps, ends, strict=True):
        start = across.at(step.moment)
        above += [(start, up.at(step.high)), (end, up.at(step.high))]
        below += [(start, up.at(step.low)), (end, up.at(step.low))]
    return (*above, *reversed(below))


def _markers(steps: Sequence[Step], across: axis.Axis, up: axis.Axis) -> list[Mark]:
    marks: list[Mark] = []
    rightmost = -100.0
    for step in steps:
        if not step.mark:
            continue
        x, y = across.at(step.moment), up.at(step.score)
        marks.append(Dot(x, y, 4.5, "accent"))
        if x - rightmost > 14:  # numbers do not lie upon each other; the table has them all
            high = y - 10 if y - 10 > _TOP + 6 else y + 20
            marks.append(Words(x, high, step.mark, "middle", "ink", bold=True))
            rightmost = x
    return marks


def _words(steps: Sequence[Step], end: float, what: str) -> str:
    first, last = steps[0], steps[-1]
    return (
        f"{what} over the time of training: {amount(first.score)} after {duration(first.moment)}, "
        f"{amount(last.score)} from {duration(last.moment)} to the end at {duration(end)}. "
        "The table below has each step."
    )
