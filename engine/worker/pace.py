"""How quick a member is on this computer: asked about one sample at a time, and about a handful at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from engine.model.member import Member
from engine.samples import Samples

HANDFUL = 8
_SINGLES = 5
_SHARE = 0.0025  # of the budget, once for each learner that is measured
_LEAST_S, _MOST_S = 0.05, 1.0


@dataclass(frozen=True)
class Pace:
    """Seconds a sample: asked alone, and among a handful of others. ``size`` is the member's bytes when measured."""

    single_s: float
    batch_s: float
    size: int = 0


def time_allowed(budget_s: float) -> float:
    """Return how many seconds the measurement of one member may take before it is content with what it has."""
    return min(max(_LEAST_S, _SHARE * budget_s), _MOST_S)


def measure(
    member: Member, few: Callable[[int], Samples], limit_s: float, size: int = 0, now: Callable[[], float] | None = None
) -> Pace:
    """Time ``member`` on fresh samples; the first answer is not counted unless it used up ``limit_s`` alone.

    Args:
        member: what is measured.
        few: returns that many samples, read anew, so that nothing is remembered of them.
        limit_s: seconds after which no further timing is begun.
        size: bytes of the member's files, kept beside the figures.
        now: the clock.
    """
    clock = now or time.perf_counter
    began = clock()

    def timed(count: int) -> float:
        samples, start = few(count), clock()
        member.predict(samples)
        return (clock() - start) / max(1, len(samples))

    def left() -> float:
        return limit_s - (clock() - began)

    warm_up = timed(1)
    singles = [timed(1)] if left() > 0 else [warm_up]
    handful = min(HANDFUL, int(left() / singles[0]))  # where time is short, fewer, if they still tell anything
    batch = timed(handful) if handful >= HANDFUL // 2 else singles[0]
    while len(singles) < _SINGLES and left() > 0:
        singles.append(timed(1))
    single = median(singles)
    return Pace(single, min(single, batch), size)
