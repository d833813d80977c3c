"""The learning curve over active time, and its area: the ALC of the AutoDL challenge.

Formulas: scoring program of the AutoDL challenge, version 20191204 (engine-spec 1.1).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

HORIZON_S = 1200.0
T0_S = 60.0
CONSTANT = "constant"  # the learner that begins every curve: a plain guess, the same for all samples


@dataclass(frozen=True, slots=True)
class Point:
    """From ``active_s`` on, ``learner`` was served and scored ``score``."""

    active_s: float
    score: float
    learner: str


def transformed(seconds: float, total: float = HORIZON_S, t0: float = T0_S) -> float:
    """Return where a moment lies on the log time axis: 0 at the start, 1 at ``total``.

    >>> round(transformed(60.0), 3), round(transformed(300.0), 3)
    (0.228, 0.589)
    """
    return math.log1p(seconds / t0) / math.log1p(total / t0)


def alc(points: Iterable[Point], total: float = HORIZON_S, t0: float = T0_S) -> float:
    """Return the area under the learning curve, in units of the score.

    The score is 0 until the first point; then the latest point counts, not the best; the last one is held until
    ``total`` seconds. Points after ``total`` are left out.
    """
    curve = sorted((point for point in points if point.active_s <= total), key=lambda point: point.active_s)
    moments = [transformed(point.active_s, total, t0) for point in curve] + [1.0]
    return sum(
        (after - since) * point.score for point, since, after in zip(curve, moments[:-1], moments[1:], strict=True)
    )
