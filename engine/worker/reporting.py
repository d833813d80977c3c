"""What a sitting writes down of scores: the points of the curve, and how each new candidate did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.budget import awake
from engine.curve import Point
from engine.metrics import Interval
from engine.run.journal import Journal
from engine.worker.serving import Served, Server


class Reporter:
    """Judges what is served and writes it to the journal.

    ``metrics`` are the validation scores of what was judged last, ``error`` is the standard error of its score, and
    ``longest_s`` the longest that judging has taken, in seconds.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.metrics: Mapping[str, float] = {}
        self.error = 0.0
        self.longest_s = 0.0

    def judge(self, server: Server) -> tuple[float, Interval]:
        """Return the score of what is served, and how sure it is."""
        began = awake()
        score, interval, self.metrics = server.standing()
        self.error = interval.se
        self.longest_s = max(self.longest_s, awake() - began)
        return score, interval

    def point(self, server: Server, learner: str) -> Point:
        """Judge what is served and write it down; return it as a point of the curve, brought about by ``learner``."""
        assert server.served is not None
        score, interval = self.judge(server)
        members = [{"name": n, "weight": w} for n, w in server.served.lineup.weights.items()]
        facts = {"score": score, "interval": [interval.low, interval.high], "learner": learner}
        facts |= {"checked": server.rows_checked, "metrics": self.metrics, "members": members}
        moment = server.served.moment
        self._journal.write("point", facts, active_s=moment)
        return Point(moment, score, learner)

    def candidate(self, server: Server, learner: str, *, wanted: bool) -> None:
        """Write down how the newest candidate of a learner does by itself, and whether it is to be served."""
        score, interval = server.own_score(learner), server.own_interval(learner)
        facts: dict[str, Any] = {"learner": learner, "score": score, "interval": [interval.low, interval.high]}
        facts |= {"served": wanted, "version": server.versions[learner], "first_look": server.is_first_look(learner)}
        self._journal.write("evaluated", facts)


def untold(served: Served | None, curve: Sequence[Point]) -> float | None:
    """Return the moment since which is served what is served, where no point of the curve tells of it yet."""
    if served is None or any(point.active_s == served.moment for point in curve):
        return None
    return served.moment
