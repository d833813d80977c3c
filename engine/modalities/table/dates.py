"""What a date says besides how late it is: year, month, day, weekday, hour, and two waves that run once a year.

Computed by floor, sum, product and quotient in float64 alone, so that any runtime gets the same numbers: the formulas
take whatever can be calculated with, an array or a node of a graph. A year is counted from 1 March, so that the leap
day is its last (Hinnant's days-from-civil).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.arrays import FloatArray

FURTHEST = 3_000_000.0  # days; some eight thousand years
_ERA = 146_097.0  # days of 400 years
_EPOCH = 719_468.0  # days from 0000-03-01 to 1970-01-01
_LONGEST_YEAR = 366.0


def date_part(days: FloatArray, part: str) -> FloatArray:
    """Return one of ``PARTS`` for days since 1970-01-01 [n]; NaN where missing or further than ``FURTHEST``.

    Weekdays are 0 (Monday) to 6; the waves fall from 1 to 0 and rise again within a year.
    """
    return np.asarray(formula(part)(np.where(np.abs(days) <= FURTHEST, days, np.nan)))


def formula(part: str) -> Callable[[Any], Any]:
    """Return how a part is computed from known days (KeyError: there is no such part)."""
    return _FORMULAS[part]


def _floor(value: Any) -> Any:
    return np.floor(value) if isinstance(value, np.ndarray) else math.floor(value)


def _year_and_day(days: Any) -> tuple[Any, Any]:
    """Return the year that began on the last 1 March, and the days since then."""
    whole = _floor(days) + _EPOCH
    era = _floor(whole / _ERA)
    day = whole - era * _ERA
    leaps = _floor(day / 1460.0) - _floor(day / 36_524.0) + _floor(day / 146_096.0)
    year = _floor((day - leaps) / 365.0)
    return era * 400.0 + year, day - (year * 365.0 + _floor(year / 4.0) - _floor(year / 100.0))


def _months_since_march(days: Any) -> Any:
    return _floor((_year_and_day(days)[1] * 5.0 + 2.0) / 153.0)


def _month(days: Any) -> Any:
    months = _months_since_march(days)
    return months + 3.0 - _floor(months / 10.0) * 12.0


def _year(days: Any) -> Any:
    return _year_and_day(days)[0] + _floor(_months_since_march(days) / 10.0)


def _day(days: Any) -> Any:
    return _year_and_day(days)[1] - _floor((_months_since_march(days) * 153.0 + 2.0) / 5.0) + 1.0


def _weekday(days: Any) -> Any:
    whole = _floor(days) + 3.0
    return whole - _floor(whole / 7.0) * 7.0


def _hour(days: Any) -> Any:
    return _floor((days - _floor(days)) * 24.0 + 1e-6)


def _wave(days: Any, shift: float) -> Any:
    turn = _year_and_day(days)[1] / _LONGEST_YEAR + shift
    return abs((turn - _floor(turn)) * 2.0 - 1.0)


_FORMULAS: dict[str, Callable[[Any], Any]] = {
    "year": _year,
    "month": _month,
    "day": _day,
    "weekday": _weekday,
    "hour": _hour,
    "season": lambda days: _wave(days, 0.0),
    "season, a quarter later": lambda days: _wave(days, 0.25),
}
PARTS = tuple(_FORMULAS)
