"""A run without data: learners with known curves, a clock that policies move, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from engine.curve import Point
from engine.scheduler import Policy, Standing

Stop = Callable[[Sequence[Standing], Sequence[Point], float, float], str | None]


@dataclass(frozen=True)
class Simulated:
    """Shows ``top - fall * (1 + t) ** -power`` after each ``step`` seconds of work, until ``work`` seconds are done."""

    name: str
    top: float
    fall: float = 0.5
    power: float = 1.0
    step: float = 2.0
    work: float = 100.0
    group: str = ""
    tells_share: bool = True

    def score(self, seconds: float) -> float:
        return self.top - self.fall * math.pow(1.0 + seconds, -self.power)

    def worked(self, before: Standing, seconds: float) -> Standing:
        """Return where it stands after so much more work, candidates in between included."""
        until = min(self.work, before.seconds + seconds)
        shown = int(before.seconds // self.step)
        moments = [self.step * number for number in range(shown + 1, int(until // self.step) + 1)]
        if until >= self.work and (not moments or moments[-1] < self.work):
            moments.append(self.work)
        curve = (*before.curve, *((moment, self.score(moment)) for moment in moments))
        share = until / self.work if self.tells_share else 0.0
        return replace(
            before, slices=before.slices + 1, seconds=until, curve=curve, share=share, done=until >= self.work
        )


@dataclass
class Played:
    """How a simulated run went."""

    standings: dict[str, Standing]
    curve: list[Point] = field(default_factory=list)
    ended_at: float = 0.0
    sentence: str | None = None

    @property
    def best(self) -> float:
        return self.curve[-1].score if self.curve else -math.inf

    def seconds(self, name: str) -> float:
        return self.standings[name].seconds


def play(policy: Policy, learners: Sequence[Simulated], total: float, stop: Stop | None = None) -> Played:
    """Give slices by ``policy`` until the budget is spent, everybody is done, or ``stop`` has a sentence."""
    known = {learner.name: learner for learner in learners}
    played = Played({learner.name: Standing(learner.name, group=learner.group) for learner in learners})
    played.curve.append(Point(0.0, 0.0, "constant"))
    while played.ended_at < total:
        standings, left = list(played.standings.values()), total - played.ended_at
        played.sentence = stop(standings, played.curve, total, left) if stop is not None else None
        chosen = policy.choose(standings, total, left)
        if played.sentence is not None or chosen is None:
            break
        before = played.standings[chosen.learner]
        after = known[chosen.learner].worked(before, chosen.seconds)
        if after.slices == 1:
            after = replace(after, first=(after.seconds, after.share))
        played.ended_at += max(after.seconds - before.seconds, 1e-3)
        played.standings[chosen.learner] = after
        for _, score in after.curve[len(before.curve) :]:
            if score > played.best:
                played.curve.append(Point(played.ended_at, score, chosen.learner))
    return played
