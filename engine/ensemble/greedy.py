"""Greedy ensemble selection with replacement (Caruana et al., 2004), as in engine-spec 2.1.

Start from nothing; at each step add the member that makes the mean best; keep the best prefix of the steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.ensemble.base import LOSSES, common_rows, reduced

_DECIMALS = 6
_CAP_ROWS = (100, 500, 2500, 10_000)
_CAP_MEMBERS = (4, 8, 15, 40)


def member_cap(n: int) -> int:
    """Return how many different members ``n`` validation samples can tell apart (engine-spec 7.4).

    >>> member_cap(50), member_cap(300), member_cap(32_561)
    (4, 6, 40)
    """
    return int(np.interp(n, _CAP_ROWS, _CAP_MEMBERS))


def greedy_weights(predictions: Sequence[FloatArray], labels: FloatArray, loss: str, max_steps: int = 40) -> FloatArray:
    """Return weights [m] that sum to 1, of members' predictions [n, K] for labels [n] or [n, K].

    Only samples that all members have predicted (finite rows) count. Equal losses go to a member already used.

    Raises:
        KeyError: no loss has that name.
        ValueError: there is no member, or no sample that all members have predicted.
    """
    rows = reduced(predictions, labels, LOSSES[loss])
    cap = member_cap(int(common_rows(predictions).sum()))
    used = np.zeros(len(rows), dtype=np.int64)
    total = np.zeros(rows.shape[1])
    best, weights = np.inf, np.zeros(len(rows))
    for step in range(1, max_steps + 1):
        open_to = np.flatnonzero(used) if np.count_nonzero(used) >= cap else np.arange(len(rows))
        losses = np.array([LOSSES[loss].value((total + rows[member]) / step) for member in open_to]).round(_DECIMALS)
        tied = open_to[losses == losses.min()]
        chosen = tied[np.argmax(used[tied] > 0)]
        used[chosen] += 1
        total += rows[chosen]
        if losses.min() < best:
            best, weights = losses.min(), used / step
    return weights
