"""Portfolio order for the first quarter of the budget, then by expected improvement per second (spec 7.2).

Of learners that are alternatives, the worse half is held back once that can be told (:mod:`engine.scheduler.halving`),
as are learners on a pretrained network that does not help (:mod:`engine.transfer.guard`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from typing_extensions import override

from engine.scheduler.base import Policy, Slice, Standing, slice_seconds
from engine.scheduler.forecast import LOADING, gain, seconds_to_candidate, seconds_to_end
from engine.scheduler.halving import held_back
from engine.transfer.guard import unhelped

BREADTH_SHARE = 0.25
EXPLORATION = 0.1
# What a learner that has shown nothing yet may hope for: this share of what the best still lacks, in a twelfth
# of the budget. Generous on purpose, so that a learner is given up only after it has shown that it is flat.
HOPE = 0.1
# A learner is left out once it needs this multiple of the time that is left: estimates are rough, and those that
# plan by the time that is left shorten what they had planned.
TOO_LATE = 1.5
# A learner that has worked for this share of the budget, and has neither shown anything nor said how far it is, lets
# the others go first; for this share, where nobody has shown anything yet: whoever began is then likely the nearest.
PATIENCE, FIRST_PATIENCE = 1.0 / 8.0, 1.0 / 2.0


class BreadthThenGain(Policy):
    """Breadth first, then the learner whose own curve promises most for the next second."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    @override
    def choose(self, standings: Sequence[Standing], total: float, remaining: float) -> Slice | None:
        still_open = [standing for standing in standings if standing.open]
        if not still_open or remaining <= 0:
            return None
        held = held_back(standings, remaining) | unhelped(standings)
        eager = [standing for standing in still_open if standing.name not in held] or still_open
        candidates = [standing for standing in eager if in_time(standing, remaining)] or eager
        chosen = self._pick(candidates, standings, total, remaining)
        return Slice(chosen.name, slice_seconds(chosen, total, remaining))

    def _pick(
        self, candidates: Sequence[Standing], standings: Sequence[Standing], total: float, remaining: float
    ) -> Standing:
        late = {s.name for s in candidates if overdue(s, standings, total)}
        if total - remaining < BREADTH_SHARE * total:
            # who failed, shows nothing or is ahead of its alternatives waits behind the others; ties: their order
            return min(candidates, key=lambda s: s.failures + (s.name in late) + ahead_of_group(s, candidates))
        begun = [standing for standing in candidates if to_be_carried_through(standing, remaining)]
        if begun:
            return max(begun, key=lambda s: s.share)
        if self._random.random() < EXPLORATION:
            return self._random.choice(candidates)
        best = max((score for s in standings for _, score in s.curve), default=0.0)
        promises = {s.name: expected_gain(s, best, total, overdue=s.name in late) for s in candidates}
        return max(candidates, key=lambda s: promises[s.name] / (1 + s.failures))  # ties: portfolio order


def in_time(standing: Standing, remaining: float) -> bool:
    """Whether a learner may have something new to show before the end; yes while that cannot be told."""
    needed = seconds_to_candidate(standing)
    return needed is None or needed <= TOO_LATE * remaining


def overdue(standing: Standing, standings: Sequence[Standing], total: float) -> bool:
    """Whether a learner has worked for long without a candidate and cannot tell when there will be one.

    Once others that are silent too have worked for as long together, it is its turn again.
    """
    share = PATIENCE if any(other.curve for other in standings) else FIRST_PATIENCE
    others = sum(other.seconds for other in standings if _silent(other) and other.name != standing.name)
    return _silent(standing) and standing.seconds > max(share * total, 2 * LOADING, others)


def _silent(standing: Standing) -> bool:
    return standing.open and not standing.curve and standing.share <= 0.0


def ahead_of_group(standing: Standing, candidates: Sequence[Standing]) -> bool:
    """Whether a learner has shown something that it can only be compared by once an alternative has too."""
    return bool(standing.group and standing.curve) and any(
        other.group == standing.group and not other.curve for other in candidates
    )


def to_be_carried_through(standing: Standing, remaining: float) -> bool:
    """Whether work was begun that has shown nothing yet, would be lost, and ends before the budget does."""
    needed = seconds_to_end(standing)
    return not standing.curve and needed is not None and needed <= remaining


def expected_gain(standing: Standing, best: float, total: float, *, overdue: bool = False) -> float:
    """Return the improvement a second that a learner's own curve promises until its next candidate.

    From two points of its own on, a saturating curve through them; before that the hope of an unopened learner, over
    the time that it needs at least, greater once time has been spent on it and its first result is near.
    """
    ahead = max(1.0, seconds_to_candidate(standing) or 0.0)
    if len(standing.curve) >= 2:
        return gain(standing.curve, ahead) / ahead
    started = 0.5 if overdue else 2.0 if standing.slices else 1.0
    return started * HOPE * max(0.0, 1.0 - best) / max(total / 12.0, ahead)
