"""Portfolio order for the first quarter of the budget, then by expected improvement per second (spec 7.2)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from typing_extensions import override

from engine.scheduler.base import Policy, Slice, Standing, slice_seconds

BREADTH_SHARE = 0.25
EXPLORATION = 0.1
# What a learner that has shown nothing yet may hope for: this share of what the best still lacks, in a twelfth
# of the budget. Generous on purpose, so that a learner is given up only after it has shown that it is flat.
HOPE = 0.1


class BreadthThenGain(Policy):
    """Breadth first, then the learner whose own curve promises most for the next second."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    @override
    def choose(self, standings: Sequence[Standing], total: float, remaining: float) -> Slice | None:
        candidates = [standing for standing in standings if standing.open]
        if not candidates or remaining <= 0:
            return None
        if total - remaining < BREADTH_SHARE * total:
            chosen = candidates[0]
        elif self._random.random() < EXPLORATION:
            chosen = self._random.choice(candidates)
        else:
            best = max((score for s in standings for _, score in s.curve), default=0.0)
            chosen = max(candidates, key=lambda s: expected_gain(s, best, total))  # ties: portfolio order
        return Slice(chosen.name, slice_seconds(chosen, total, remaining))


def expected_gain(standing: Standing, best: float, total: float) -> float:
    """Return the improvement a second that a learner's own curve promises.

    With two points of its own or more, the slope between the last two, which a saturating curve will not exceed;
    before that the hope of an unopened learner, greater once time has been spent on it and its first result is near.
    """
    if len(standing.curve) >= 2:
        (before, old), (after, new) = standing.curve[-2:]
        return max(0.0, new - old) / max(after - before, 1e-3)
    started = 2.0 if standing.slices else 1.0
    return started * HOPE * max(0.0, 1.0 - best) / max(total / 12.0, 1.0)
