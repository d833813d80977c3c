"""How far the labelling is, how long the rest takes at the person's own pace, and how good the suggestions are."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from labeling.suggest.model import Suggestions

_REMEMBERED = 30
_LEAST = 5
_BREAK_S = 60.0


class Pace:
    """Remembers when the last labels were given. A break of a minute does not count as work."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last: float | None = None
        self._gaps: deque[float] = deque(maxlen=_REMEMBERED)

    def tick(self, labels: int = 1) -> None:
        """Note that labels were given now, all at once."""
        now = self._now()
        if self._last is not None and now - self._last < _BREAK_S:
            self._gaps.extend([(now - self._last) / labels] * min(labels, _REMEMBERED))
        self._last = now

    def words(self, labelled: int, total: int) -> str:
        """Return how far it is: ``142 / 412 labelled · about 6 min left at your pace``."""
        words = f"{labelled:,} / {total:,} labelled"
        left = total - labelled
        if left and len(self._gaps) >= _LEAST:
            seconds = left * sum(self._gaps) / len(self._gaps)
            words += f" · about {_duration(seconds)} left at your pace"
        return words


def told_coming(suggestions: Suggestions, looked_at: int, total: int) -> str:
    """Say how many samples the machine has looked at, while that is what suggestions wait for; else nothing."""
    if suggestions.by_sample or not 0 < looked_at < total:
        return ""
    return f"getting to know the samples: {100 * looked_at // total} %"


def told_right(suggestions: Suggestions) -> str:
    """Return how many suggestions were right, once enough could be told: ``suggestions right 18 of 20 times so far``.

    Only samples drawn at random count, so the share holds for those that have no label yet.
    """
    if suggestions.right is None or suggestions.share_right is None:
        return ""
    right, asked = suggestions.right
    return f"suggestions {round(100 * suggestions.share_right)}% right so far ({right:,} of {asked:,})"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return "1 min"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"
