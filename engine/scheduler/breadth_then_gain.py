"""Portfolio order for the first quarter of the budget, then by expected improvement per second (spec 7.2).

Of learners that are alternatives, the worse half is held back once that can be told (:mod:`engine.scheduler.halving`),
as are learners on a pretrained network which is surely worse than none (:mod:`engine.transfer.guard`), unless the
person wants no such guard. That goes for all of them: what a network does not see as it is, it may learn to see, and to
let its further looks go before its tuning was measured to cost much.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from typing_extensions import override

from engine.scheduler.base import Policy, Slice, Standing, slice_seconds
from engine.scheduler.forecast import gain, seconds_to_candidate, seconds_to_end
from engine.scheduler.halving import held_back

BREADTH_SHARE = 0.25
EXPLORATION = 0.1
# What a learner that has shown nothing yet may hope for: this share of what the best still lacks, in a twelfth
# of the budget. Generous on purpose, so that a learner is given up only after it has shown that it is flat.
HOPE = 0.1
# A learner is left out once it needs this multiple of the time that is left: estimates are rough, and those that
# plan by the time that is left shorten what they had planned.
TOO_LATE = 1.5


class BreadthThenGain(Policy):
    """Breadth first, then the learner whose own curve promises most for the next second.

    Chance follows from the seed and from how much was done, so that a run that was cut off goes on as it would have.
    """

    @override
    def choose(self, standings: Sequence[Standing], total: float, remaining: float) -> Slice | None:
        still_open = [standing for standing in standings if standing.open]
        if not still_open or remaining <= 0:
            return None
        held = held_back(standings, remaining)
        if self.guarded:
            held |= {standing.name for standing in standings if standing.unhelped}
        eager = [standing for standing in still_open if standing.name not in held] or still_open
        candidates = [standing for standing in eager if in_time(standing, remaining)] or eager
        chosen = self._pick(candidates, standings, total, remaining)
        return Slice(chosen.name, slice_seconds(chosen, total, remaining))

    def _pick(
        self, candidates: Sequence[Standing], standings: Sequence[Standing], total: float, remaining: float
    ) -> Standing:
        if total - remaining < BREADTH_SHARE * total:
            # who failed, or is ahead of its alternatives, waits behind the others; ties: their order
            return min(candidates, key=lambda s: s.failures + ahead_of_group(s, candidates))
        best = max((score for s in standings for _, score in s.curve), default=0.0)
        begun = [standing for standing in candidates if to_be_carried_through(standing, best, remaining)]
        if begun:
            return max(begun, key=lambda s: s.share)
        chance = random.Random((self.seed << 32) + sum(s.slices + s.failures for s in standings))
        if chance.random() < EXPLORATION:
            return chance.choice(candidates)
        return max(candidates, key=lambda s: expected_gain(s, best, total) / (1 + s.failures))  # ties: portfolio order


def in_time(standing: Standing, remaining: float) -> bool:
    """Whether a learner may have something new to show before the end; yes while that cannot be told."""
    needed = seconds_to_candidate(standing)
    return needed is None or needed <= TOO_LATE * remaining


def ahead_of_group(standing: Standing, candidates: Sequence[Standing]) -> bool:
    """Whether a learner has shown something that it can only be compared by once an alternative has too."""
    return bool(standing.group and standing.curve) and any(
        other.group == standing.group and not other.curve for other in candidates
    )


def to_be_carried_through(standing: Standing, best: float, remaining: float) -> bool:
    """Whether work was begun that has shown nothing to be served yet, would be lost, and ends before the budget does.

    A first look that was no nearer to the ``best`` score than that is to a perfect one promises too little.
    """
    needed = seconds_to_end(standing)
    if needed is None or needed > remaining:
        return False
    if standing.first_look:
        return standing.curve[-1][1] >= best - max(0.0, 1.0 - best)
    return not standing.curve


def expected_gain(standing: Standing, best: float, total: float) -> float:
    """Return the improvement a second that a learner's own curve promises until its next candidate.

    From two points of its own on, a saturating curve through them; before that the hope of an unopened learner, over
    the time that it needs at least, greater once time has been spent on it and its first result is near.
    """
    ahead = max(1.0, seconds_to_candidate(standing) or 0.0)
    if len(standing.curve) >= 2:
        return gain(standing.curve, ahead) / ahead
    started = 2.0 if standing.slices else 1.0
    return started * HOPE * max(0.0, 1.0 - best) / max(total / 12.0, ahead)
