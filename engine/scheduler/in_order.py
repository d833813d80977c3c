"""The policy that does nothing clever: each learner until it is done, in portfolio order."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from engine.scheduler.base import Policy, Slice, Standing, slice_seconds


class InOrder(Policy):
    """Portfolio order, one learner after the other."""

    @override
    def choose(self, standings: Sequence[Standing], total: float, remaining: float) -> Slice | None:
        if remaining <= 0:
            return None
        for standing in standings:
            if standing.open:
                return Slice(standing.name, slice_seconds(standing, total, remaining))
        return None
