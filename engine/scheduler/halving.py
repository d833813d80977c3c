"""Successive halving among learners of one group, such as several ways to tune a network.

Each rung is twice the work of the one before, in seconds, and the first is where the slowest of those begun showed its
first candidate. Whoever has reached a rung is compared with all who have, by what each had to show at that amount of
work, and the worse half is held back (asynchronously, as in ASHA: Li et al., 2020), unless its own curve promises to
overtake the best.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.scheduler.base import Standing
from engine.scheduler.forecast import gain, seconds_to_end

RUNG = 2.0  # how many times the work of one rung the next takes


def held_back(standings: Sequence[Standing], remaining: float) -> set[str]:
    """Return the names of those who are to get no more slices while others could use them."""
    groups: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.group and standing.curve:
            groups.setdefault(standing.group, []).append(standing)
    return {
        standing.name
        for members in groups.values()
        for standing in members
        if standing.open and _in_worse_half(standing, members) and not _promises_to_win(standing, members, remaining)
    }


def score_at(standing: Standing, seconds: float) -> float:
    """Return the best that a learner had to show after that much work."""
    return max((score for moment, score in standing.curve if moment <= seconds), default=-float("inf"))


def _in_worse_half(standing: Standing, members: Sequence[Standing]) -> bool:
    first = max(member.curve[0][0] for member in members)
    rung = _rung(standing.seconds, first)
    if rung is None:
        return False  # it has not yet worked as long as the others needed to show something
    rivals = [member for member in members if member.done or member.seconds >= rung]
    own = score_at(standing, rung)
    better = sum(score_at(rival, rung) > own for rival in rivals)
    return len(rivals) >= 2 and better >= (len(rivals) + 1) // 2


def _rung(seconds: float, first: float) -> float | None:
    """Return the highest rung that work of ``seconds`` has reached; None below the first."""
    if seconds < first:
        return None
    rung = max(first, 1e-9)
    while rung * RUNG <= seconds:
        rung *= RUNG
    return rung


def _promises_to_win(standing: Standing, members: Sequence[Standing], remaining: float) -> bool:
    if len(standing.curve) < 2:
        return False
    end = seconds_to_end(standing)
    ahead = remaining if end is None else min(end, remaining)
    best = max(score for member in members for _, score in member.curve)
    return score_at(standing, standing.seconds) + gain(standing.curve, ahead) > best
