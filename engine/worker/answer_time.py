"""How long the samples that learners never see take to be answered, so that the last candidate can still be served."""

from __future__ import annotations

MOST_SHARE = 0.1  # of the budget is kept for it


class AnswerTime:
    """Learns from each candidate that has answered what the next one will take."""

    def __init__(self, budget_s: float) -> None:
        self._most = MOST_SHARE * budget_s
        self._so_far = 0.0
        self._longest = 0.0

    def spent(self, seconds: float, *, through: bool) -> None:
        """Note that a candidate answered for so long; ``through`` with the last piece."""
        self._so_far += seconds
        if through:
            self._longest, self._so_far = max(self._longest, self._so_far), 0.0

    def left_to_learn(self, left: float) -> float:
        """Return how much of ``left`` seconds learners may use; all of it when the rest would not do anyway."""
        kept = min(self._longest, self._most)
        return left - kept if left > kept else left
