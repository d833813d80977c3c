"""Where values lie on a plot, and which of them are written beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.wording import amount
from exporters.report.plots.scene import Line, Mark, Words

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_LOG_FROM = 12.0  # a range of so many times its least value is drawn by its logarithm


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values from ``low`` to ``high`` to pixels from ``start`` to ``end``, by the logarithm where ``log``."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of a value; values beyond the ends lie on them."""
        held = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(held / self.low) / math.log(self.high / self.low)
        else:
            share = (held - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Return at most about ``most`` round values between the ends."""
        if self.log:
            return _log_ticks(self.low, self.high, most)
        return _ticks(self.low, self.high, most)


def spanning(values: Sequence[float], start: float, end: float) -> Axis:
    """Return an axis that holds all ``values`` with a little room on both sides."""
    low, high = min(values), max(values)
    room = 0.04 * (high - low) or max(abs(high), 1.0) * 0.1
    return Axis(low - room, high + room, start, end)


def of_time(seconds: Sequence[float], start: float, end: float) -> Axis:
    """Return an axis for moments of a run, by the logarithm where early ones would be crushed."""
    low, high = max(min(seconds), 0.1), max(seconds)
    if high / low >= _LOG_FROM:
        return Axis(low, high, start, end, log=True)
    return Axis(0.0, max(high, 0.1), start, end)


def bottom(axis: Axis, y: float, top: float, label: str, most: int = 7) -> list[Mark]:
    """Return the grid lines, values and name of a horizontal axis at ``y``; lines reach up to ``top``."""
    marks: list[Mark] = []
    for tick in axis.ticks(most):
        x = axis.at(tick)
        marks.append(Line(((x, top), (x, y)), "grid"))
        marks.append(Words(x, y + 16, amount(tick), "middle", "muted"))
    marks.append(Words((axis.start + axis.end) / 2, y + 36, label, "middle", "muted"))
    return marks


def left(axis: Axis, x: float, right: float, label: str, most: int = 6) -> list[Mark]:
    """Return the grid lines, values and name of a vertical axis at ``x``; lines reach to ``right``."""
    marks: list[Mark] = []
    for tick in axis.ticks(most):
        y = axis.at(tick)
        marks.append(Line(((x, y), (right, y)), "grid"))
        marks.append(Words(x - 8, y + 4, amount(tick), "end", "muted"))
    marks.append(Words(14, (axis.start + axis.end) / 2, label, "middle", "muted", upwards=True))
    return marks


def _ticks(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in _NICE if nice * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
        if len(found) <= most:
            return found
    return found
