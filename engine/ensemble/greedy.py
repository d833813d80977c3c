"""Greedy ensemble selection with replacement (Caruana et al., 2004), as in engine-spec 2.1.

Start from nothing; at each step add the member that makes the mean best; keep the best prefix of the steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.ensemble.base import LOSSES, Loss, common_rows, reduced

_DECIMALS = 6
_CAP_ROWS = (100, 500, 2500, 10_000)
_CAP_MEMBERS = (4, 8, 15, 40)


def member_cap(n: int) -> int:
    """Return how many different members ``n`` validation samples can tell apart (engine-spec 7.4).

    >>> member_cap(50), member_cap(300), member_cap(32_561)
    (4, 6, 40)
    """
    return int(np.interp(n, _CAP_ROWS, _CAP_MEMBERS))


@dataclass(frozen=True)
class Allowance:
    """What members cost, [m], and the most that all who are chosen may cost together."""

    costs: FloatArray
    most: float

    def affordable(self, used: IntArray) -> IntArray:
        """Return the members that may be used next to those ``used`` [m] times so far; the cheapest if none may."""
        chosen = used > 0
        total = self.costs[chosen].sum() + np.where(chosen, 0.0, self.costs)
        allowed = np.flatnonzero(chosen | (total <= self.most))
        return allowed if len(allowed) else np.array([int(self.costs.argmin())])


def greedy_weights(
    predictions: Sequence[FloatArray],
    labels: FloatArray,
    loss: str,
    max_steps: int = 40,
    allowance: Allowance | None = None,
) -> FloatArray:
    """Return weights [m] that sum to 1, of members' predictions [n, K] for labels [n] or [n, K].

    Only samples that all members have predicted (finite rows) count. Equal losses go to a member already used.
    Those chosen stay within ``allowance``; where even the cheapest member exceeds it, that one is chosen alone.

    Raises:
        KeyError: no loss has that name.
        ValueError: there is no member, or no sample that all members have predicted.
    """
    judge = LOSSES[loss]
    rows = reduced(predictions, labels, judge)
    unit = _unit(judge, rows)
    cap = member_cap(int(common_rows(predictions).sum()))
    used = np.zeros(len(rows), dtype=np.int64)
    total = np.zeros(rows.shape[1])
    best, weights = np.inf, np.zeros(len(rows))
    for step in range(1, max_steps + 1):
        open_to = _open(used, cap, allowance)
        values = np.array([judge.value((total + rows[member]) / step) for member in open_to])
        losses = (values / unit).round(_DECIMALS)
        tied = open_to[losses == losses.min()]
        chosen = tied[np.argmax(used[tied] > 0)]
        used[chosen] += 1
        total += rows[chosen]
        if losses.min() < best:
            best, weights = losses.min(), used / step
        if len(open_to) == 1:
            break  # nobody else may join, so all further steps would be this one
    return weights


def _unit(judge: Loss, rows: FloatArray) -> float:
    """Return what losses are counted in: where they have a unit, the least of a member that is not faultless."""
    if not judge.relative:
        return 1.0
    values = judge.value(rows)
    told = values[(values > 0.0) & np.isfinite(values)]
    return float(told.min()) if len(told) else 1.0


def _open(used: IntArray, cap: int, allowance: Allowance | None) -> IntArray:
    """Return the members that the next step may take."""
    if np.count_nonzero(used) >= cap:
        return np.flatnonzero(used)
    return np.arange(len(used)) if allowance is None else allowance.affordable(used)
