"""The learners of a run and how each has done so far; what policies are shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from engine.curve import Point
from engine.modalities import Entry
from engine.run.journal import Past, Replay
from engine.scheduler import Standing
from engine.scheduler.stopping import hardly_worth_it, stop_reason
from engine.transfer.guard import Verdict

STRIKES = 2  # a learner that failed this often is left alone
OUT_OF_MEMORY = "memory"  # the reason of failures that are no strikes, since the next try is made on less
MOST_FRUGAL = 4  # the lack of memory after which a learner is left out
DISK_FULL = "disk"  # nor is this one, which ends the sitting
_UNFIT = "It does not fit into this machine's memory, so it is left out. The others go on."
_STEPPING = (  # what is done about the first, second, third and last lack of memory of who trains step by step,
    "It ran out of memory, so it goes on in smaller pieces.",
    "It ran out of memory again, so it also makes its inputs smaller or coarser.",
    "It still ran out of memory, so it goes on with the processor's memory alone.",
    _UNFIT,
)
_AT_ONCE = (  # of who learns from all samples at once, and from fewer of them only where they are too many for it,
    "It ran out of memory, so it goes on in smaller pieces and, where there is much to learn from, with less of it.",
    "It ran out of memory again, so it goes on with less still.",
    "It still ran out of memory, so it goes on with even less, and with the processor's memory alone.",
    _UNFIT,
)
_ANSWERING = (  # and of who answers with what it has learned
    "It ran out of memory while it answered, so it goes on in smaller pieces.",
    "It ran out of memory again while it answered, so it goes on in smaller pieces still.",
    "It still ran out of memory while it answered, so it goes on with the processor's memory alone.",
    _UNFIT,
)
_WAITING = "Learners that build on it wait for those that do not."
_LEFT_ALONE = "It failed again, so it is left out. What happened is in the run's trainer.log. The others go on."


Judged = Callable[[Mapping[str, str], Collection[str]], Sequence[Verdict]]
"""Takes the pretrained network of each learner, empty for none, and who is through; returns verdicts on networks."""


def _unjudged(_networks: Mapping[str, str], _through: Collection[str]) -> Sequence[Verdict]:
    return ()


class Roster:
    """Standings in portfolio order, and the run's curve.

    ``served`` tells which learners are served at the time, ``judged`` whether their pretrained networks help.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        before: Replay,
        served: Callable[[], Collection[str]] = tuple,
        judged: Judged = _unjudged,
    ) -> None:
        self._entries, self._served, self._judged = entries, served, judged
        # One that repeats another says nothing new of their network.
        self._networks = {entry.name: entry.network for entry in entries if not entry.repeats}
        self._rungs = {entry.name: _STEPPING if entry.steps else _AT_ONCE for entry in entries}
        self._pasts = {entry.name: before.learner(entry.name) for entry in entries}
        self.curve: list[Point] = list(before.curve)
        self._doubted: set[str] = set()

    def standings(self) -> list[Standing]:
        """Return a frozen standing for each learner that has something to do."""
        harmful = {verdict.network for verdict in self.verdicts if verdict.harms}
        return [
            Standing(
                name=entry.name,
                slices=past.slices,
                seconds=past.seconds,
                curve=tuple(past.curve),
                done=self._is_over(entry.name),
                first_slice=entry.first_slice,
                share=past.share,
                failures=past.failures + past.frugality,
                group=entry.group,
                unhelped=entry.network in harmful,
                first_look=past.first_look,
                first=past.first,
            )
            for entry in self._entries
            for past in [self._pasts[entry.name]]
            if not entry.repeats or self._worth_repeating(entry.repeats)
        ]

    def _is_over(self, name: str) -> bool:
        """Whether a learner has nothing more to do."""
        return self._pasts[name].done or self.left_out(name)

    def _worth_repeating(self, name: str) -> bool:
        """Whether a learner is through and what it learned is served."""
        return self._pasts[name].done and name in self._served()

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """What can be said so far of each pretrained network."""
        return self._judged(self._networks, [name for name in self._networks if self._pasts[name].done])

    def doubts(self, guarded: bool = True) -> list[str]:
        """Return what is to be said of pretrained networks that turn out worse than none, once of each still of use.

        ``guarded`` says that learners on them wait.
        """
        asked = {entry.network for entry in self._entries if not (entry.repeats or self._is_over(entry.name))}
        asked -= self._doubted
        new = [one for one in self.verdicts if one.harms and one.network in asked]
        self._doubted |= {one.network for one in new}
        return [f"{one.sentence} {_WAITING}" if guarded else one.sentence for one in new]

    def why_end(
        self, aside: Collection[str], metrics: Mapping[str, float], error: float, total: float, left: float
    ) -> str | None:
        """Return a sentence when more time is of no use; None to go on.

        Args:
            aside: who was set aside, as the time is too short for its answers.
            metrics: validation scores of the served model.
            error: the standard error of its score.
            total: the budget, active seconds.
            left: what is left of it for slices.
        """
        standings = [
            replace(one, done=True, curve=(), failures=0, share=0.0) if one.name in aside else one
            for one in self.standings()
        ]
        return stop_reason(standings, metrics) or hardly_worth_it(standings, self.curve, error, total, left)

    @property
    def has_scores(self) -> bool:
        """Whether any learner brought a candidate."""
        return any(past.curve for past in self._pasts.values())

    def worked(self, name: str, seconds: float, *, done: bool, share: float | None = None) -> None:
        """Note a slice. ``share`` of the learner's whole work is done; None leaves what was known."""
        self._pasts[name].worked(seconds, done=done, share=share)

    def frugality(self, name: str) -> int:
        """Return how often a learner has run out of memory."""
        past = self._pasts.get(name)  # what was learned on another device may be in no portfolio of this one
        return past.frugality if past is not None else 0

    def failed(self, name: str, reason: str, *, learning: bool = True) -> str | None:
        """Note a failed slice, or answer; return what is done about it in words, None for nothing."""
        past = self._pasts.setdefault(name, Past())
        if reason != OUT_OF_MEMORY:
            past.failures += 1
            return None if past.failures < STRIKES else _LEFT_ALONE
        past.frugality += 1
        rungs = self._rungs.get(name, _AT_ONCE) if learning else _ANSWERING
        return rungs[min(past.frugality, MOST_FRUGAL) - 1]

    def left_out(self, name: str) -> bool:
        """Whether a learner has failed, or run out of memory, too often."""
        past = self._pasts.get(name, Past())
        return past.failures >= STRIKES or past.frugality >= MOST_FRUGAL

    def untold(self, versions: Mapping[str, int]) -> list[str]:
        """Return the learners whose newest candidate, of these ``versions``, no event of an earlier sitting told."""
        known = [name for name in versions if name in self._pasts]
        return [name for name in known if versions[name] > self._pasts[name].version]

    def scored(self, name: str, score: float, *, first_look: bool = False) -> None:
        """Note a candidate's own score, and whether it has learned from too few samples to be served."""
        past = self._pasts[name]
        past.curve.append((past.seconds, score))
        past.first_look = first_look

    def point(self, point: Point) -> None:
        """Note a point of the run's curve."""
        self.curve.append(point)
