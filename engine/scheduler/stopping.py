"""When more time is of no use (spec 7.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.scheduler.base import Standing

PERFECT = 0.997


def stop_reason(standings: Sequence[Standing], metrics: Mapping[str, float]) -> str | None:
    """Return a sentence when the run should end before its budget; None to go on.

    Args:
        standings: one a learner.
        metrics: validation scores of the served model.
    """
    if all(standing.done for standing in standings):
        return "Everything worth trying has been tried; more time would not help."
    watched = [metrics[name] for name in ("nauc", "accuracy", "r2") if name in metrics]
    evaluations = sum(len(standing.curve) for standing in standings)
    if watched and min(watched) > PERFECT and evaluations >= 2:
        return "The model makes next to no mistakes on samples it did not learn from; more time would not help."
    return None
