"""How long the samples that learners never see take to be answered, so that the last candidate can still be served."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.scheduler.base import longest_slice

MOST_SHARE = 0.1  # of the budget is kept for it while nobody waits for answers
PIECE = 120.0  # seconds of answers at a stretch, at most, so that learners of long runs need not wait for long
TURN = 0.3  # of the time so far may go to answers before learners work in between
MARGIN = 1.1  # times what answers under way seem to need is kept for them,
HOPELESS = 1.5  # unless they seem to need this many times of all that is left,
GIVEN_UP = 3.0  # and where they seem to need so many times that, nobody waits for them: no estimate is so wrong
LEAST_TURN = 1.0  # seconds, below which learners are not let in between


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """Answers of which a ``share`` is given after ``taken`` seconds, and of which the ``rest`` takes so many more.

    The rest is told by the newest piece alone, and not by a first one, since libraries and networks load in it.
    """

    taken: float = 0.0
    share: float = 0.0
    rest: float | None = None


class AnswerTime:
    """Learns from each candidate that has answered, or is about to, what answers take."""

    def __init__(self, budget_s: float) -> None:
        self._budget_s = budget_s
        self._all = 0.0
        self._longest = 0.0
        self._under_way: dict[str, _UnderWay] = {}

    def spent(self, learner: str, seconds: float, share: float) -> None:
        """Note that a learner's candidate answered for so long, and what share of all is answered now."""
        before = self._under_way.pop(learner, _UnderWay())
        goes_on = share > before.share  # it may have begun anew
        taken = seconds + (before.taken if goes_on else 0.0)
        self._all += seconds
        if share < 1.0:
            known = goes_on and before.share > 0.0
            rest = (1.0 - share) * seconds / (share - before.share) if known else None
            self._under_way[learner] = _UnderWay(taken, share, rest)
        else:
            self._longest = max(self._longest, taken)

    def begin_anew(self) -> None:
        """Note that what was answered by halves is gone, as the trainer that held it ended."""
        for learner in list(self._under_way):
            self.lost(learner)

    def lost(self, learner: str) -> None:
        """Note that what a learner's candidate answered by halves is gone, as the learner worked on, or failed."""
        begun = self._under_way.pop(learner, _UnderWay())
        if begun.share > 0.0:
            self._longest = max(self._longest, begun.taken / begun.share)

    def left_to_learn(self, left: float, asked: Collection[str] = ()) -> float:
        """Return how much of ``left`` seconds learners may use; all of it when the rest would not do anyway.

        ``asked`` are the learners whose candidates have still to answer.
        """
        kept = max(min(self._longest, MOST_SHARE * self._budget_s), MARGIN * self.needed(asked))
        return left - kept if left > kept else left

    def piece(self, left: float) -> float:
        """Return how long a candidate may answer at a stretch."""
        return min(longest_slice(self._budget_s, left), PIECE)

    def learners_turn(self, asked: Collection[str], active: float, left: float) -> bool:
        """Whether answers have taken so much of the ``active`` seconds that learners work next, if there is time."""
        if next(iter(asked), None) not in self._under_way:
            return False  # how long it takes shows with its first piece
        if self._all <= max(TURN * active, self.piece(left)):
            return False
        needed = MARGIN * self.needed(asked)
        return needed + LEAST_TURN < left or needed > HOPELESS * left

    def too_late(self, learner: str, left: float) -> bool:
        """Whether the answers of a learner's candidate, under way, would come so late that they are given up."""
        rest = self._under_way.get(learner, _UnderWay()).rest
        return rest is not None and MARGIN * rest > GIVEN_UP * left

    def needed(self, asked: Collection[str]) -> float:
        """Return the seconds that these learners' candidates still need, as far as that can be told; else 0."""
        known = {name: (one.taken, one.taken / one.share) for name, one in self._under_way.items() if one.share > 0.0}
        usual = max([self._longest, *(whole for _, whole in known.values())])
        return sum(known[name][1] - known[name][0] if name in known else usual for name in asked)
