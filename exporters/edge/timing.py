"""How long answers take, measured so that a machine that is sometimes slower cannot favour anyone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

_ROUNDS = 30
_WARM = 3
_ENOUGH_S = 12.0


def paired(calls: Sequence[Callable[[], object]], rounds: int = _ROUNDS, enough_s: float = _ENOUGH_S) -> list[float]:
    """Return the median milliseconds of each call: all take turns, so that what disturbs one disturbs all.

    After ``enough_s`` seconds no further round begins.
    """
    for _ in range(_WARM):
        for call in calls:
            call()
    took: list[list[float]] = [[] for _ in calls]
    began = time.perf_counter()
    for _ in range(rounds):
        for mine, call in zip(took, calls, strict=True):
            start = time.perf_counter()
            call()
            mine.append(1000.0 * (time.perf_counter() - start))
        if time.perf_counter() - began > enough_s:
            break
    return [median(mine) for mine in took]
