"""When more time is of no use (spec 7.6), and when it had stopped to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.curve import Point
from engine.scheduler.base import Standing
from engine.scheduler.forecast import WORK, hopeful_gain, seconds_to_candidate, seconds_to_end

PERFECT = 0.997
LEAST_SHARE = 0.5  # of the budget is always used, unless there is nothing left to try
LEAST_GAIN = 0.001  # what is less is not worth waiting for,
NOISE = 0.5  # nor is less than this many standard errors of the score
NEARLY_ALL = 0.99  # of what was gained in the end
AMPLE = 0.5  # of the budget: who has nearly all sooner could have given less


def stop_reason(standings: Sequence[Standing], metrics: Mapping[str, float]) -> str | None:
    """Return a sentence when there is nothing left to do or to gain; None to go on.

    Args:
        standings: one a learner.
        metrics: validation scores of the served model.
    """
    if all(standing.done for standing in standings):
        late = _late(standings)
        if late:
            return f"Everything that fits into the time was tried. With more of it, {_listed(late)} would take part."
        broken = [s.name for s in standings if s.failures and not s.curve]
        if broken:
            return f"Everything else has been tried; {_listed(broken)} failed. What happened is in trainer.log."
        ended = [s.name for s in standings if s.curve and 0.0 < s.share < 1.0]  # by the time that each may take
        if ended:
            return f"Everything that fits into the time was tried. With more of it, {_listed(ended)} would go on."
        return "Everything worth trying has been tried; more time would not help."
    watched = [metrics[name] for name in ("nauc", "accuracy", "r2") if name in metrics]
    evaluations = sum(len(standing.curve) for standing in standings)
    if watched and min(watched) > PERFECT and evaluations >= 2:
        return "The model makes next to no mistakes on samples it did not learn from; more time would not help."
    return None


def hardly_worth_it(
    standings: Sequence[Standing], curve: Sequence[Point], error: float, total: float, remaining: float
) -> str | None:
    """Return a sentence when no learner promises a gain worth the rest of the budget; None to go on.

    Before half of the budget nothing is given up, nor while somebody who can still show a first or a second candidate
    in time has not: a promise takes two points.

    Args:
        standings: one a learner.
        curve: the run's points so far.
        error: the standard error of the served model's score.
        total: the budget, active seconds.
        remaining: what is left of it for slices.
    """
    if total - remaining < LEAST_SHARE * total or not curve:
        return None
    threshold = max(LEAST_GAIN, NOISE * error)
    if any(promised(standing, remaining) >= threshold for standing in standings if standing.open):
        return None
    late = _late(standings)
    if late:
        words = "What still fits into the time promises next to nothing, so training ended early."
        return f"{words} With more of it, {_listed(late)} would take part."
    moment = enough(curve)
    return f"More time promises next to nothing, so training ended early; {in_words(moment)} would have been enough."


def more_than_needed(curve: Sequence[Point], total: float) -> str | None:
    """Return a sentence where nearly all was gained early in a budget of ``total`` seconds that was used up."""
    moment = enough(curve)
    if not curve or moment >= AMPLE * total:
        return None
    return f"Nearly all of what was gained stood after {in_words(moment)}, which would have been enough time."


def promised(standing: Standing, remaining: float) -> float:
    """Return the most that a learner may gain in what remains; infinite while too little is known of it."""
    needed = seconds_to_candidate(standing)
    least = 1.0 if standing.curve else WORK  # many have something to show long before it was expected
    if needed is not None and least * needed > remaining:
        return 0.0
    if standing.first_look:
        end = seconds_to_end(standing)
        return float("inf") if end is None or end <= remaining else 0.0
    if len(standing.curve) < 2:
        return float("inf")
    return hopeful_gain(standing.curve, remaining)


def enough(curve: Sequence[Point]) -> float:
    """Return the active seconds after which 99% of what was gained in the end stood; 0 for an empty curve."""
    if not curve:
        return 0.0
    start, end = curve[0].score, curve[-1].score
    goal = start + NEARLY_ALL * (end - start)
    moment = curve[-1].active_s
    for point in reversed(curve):
        if point.score < goal:
            break
        moment = point.active_s
    return moment


def _late(standings: Sequence[Standing]) -> list[str]:
    """Return who found the time too short: they are through with nothing to show, the work not done."""
    return [s.name for s in standings if s.done and not (s.curve or s.failures) and s.share < 1.0]


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def in_words(seconds: float) -> str:
    """Return a duration, rounded up.

    >>> in_words(41.2), in_words(130.0)
    ('42 s', '3 min')
    """
    return f"{int(-(-seconds // 1))} s" if seconds <= 100 else f"{int(-(-seconds // 60))} min"
