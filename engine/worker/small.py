"""The best single small model, kept beside what is served: for phones, for exports, for whoever wants one file.

Small is one member of few bytes that answers quickly. Who is best is decided by the predictions of samples not learned
from, as for what is served, so keeping it costs the moment of linking some files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.arrays import FloatArray
from engine.ensemble.leaderboard import Lineup
from engine.ensemble.noise import better
from engine.model.folder import Manifest, publish, records
from engine.run.folder import RunFolder
from engine.worker.checkpoint import Candidate

MOST_BYTES = 25_000_000
MOST_SECONDS = 0.1  # for one sample asked alone, or less where the person wants it quicker
_SHARE = 0.01  # of the budget: the most that answers for the samples never learned from may cost here


@dataclass(frozen=True)
class Small:
    """A candidate as a model of its own."""

    candidate: Candidate
    lineup: Lineup


class SmallKeeper:
    """Keeps ``small/`` of a run. ``alone`` makes a model of a single candidate, ``score`` says how good it is."""

    def __init__(
        self,
        run: RunFolder,
        labels: FloatArray,
        alone: Callable[[Candidate], Lineup],
        score: Callable[[FloatArray], float],
    ) -> None:
        self._run, self._labels, self._alone, self._score = run, labels, alone, score
        most_ms = run.options.max_latency_ms
        self._most_s = MOST_SECONDS if most_ms is None else min(MOST_SECONDS, most_ms / 1000.0)
        self._wanted: list[Small] = []  # better than the one kept, if they turn out to be quick; the best comes first
        self.kept: Small | None = None

    def forget(self) -> None:
        """Let go of what is kept and of what may be: Windows removes no file that is mapped."""
        self._wanted, self.kept = [], None

    def consider(self, candidate: Candidate) -> None:
        """Keep a new candidate where it is small, quick and better; ask for its pace first where that is unknown."""
        if candidate.size > MOST_BYTES or candidate.record.kind == "constant":
            return
        self.withdraw(candidate.learner)  # what it offered before has not been measured in time
        small = Small(candidate, self._alone(candidate))
        if self.kept is not None and not self._better(small, self.kept):
            return
        if candidate.unmeasured:
            worse = (place for place, other in enumerate(self._wanted) if self._better(small, other))
            self._wanted.insert(next(worse, len(self._wanted)), small)
        else:
            self._take_up(small)

    def renewed(self, candidate: Candidate) -> None:
        """Take up a candidate that was measured, or has answered, meanwhile."""
        wanted = next((small for small in self._wanted if small.candidate.learner == candidate.learner), None)
        if wanted is not None and not _same(wanted.candidate, candidate):
            self.withdraw(candidate.learner)  # a newer one took its place, and will be considered itself
        elif wanted is not None and not candidate.unmeasured:
            self.withdraw(candidate.learner)
            self._take_up(Small(candidate, wanted.lineup))
        elif self.kept is not None and _same(self.kept.candidate, candidate) and not candidate.unmeasured:
            self.kept = Small(_lasting(candidate), self.kept.lineup)

    def _take_up(self, small: Small) -> None:
        """Keep a measured candidate if it is quick; of those that wait for their pace, go on with what is better."""
        pace = small.candidate.pace
        if pace is None or pace.single_s > self._most_s:
            return
        self._publish(small)
        self.kept = kept = Small(_lasting(small.candidate), small.lineup)
        self._wanted = [other for other in self._wanted if self._better(other, kept)]

    def _better(self, one: Small, other: Small) -> bool:
        return better(self._run.task, self._labels, one.lineup.validation, other.lineup.validation)

    def withdraw(self, learner: str) -> None:
        """Forget a candidate that could not be asked."""
        self._wanted = [small for small in self._wanted if small.candidate.learner != learner]

    def to_measure(self) -> str | None:
        """Return the learner whose newest candidate waits for its pace."""
        return self._wanted[0].candidate.learner if self._wanted else None

    def to_answer(self, samples: int) -> Candidate | None:
        """Return the candidate kept, when its answers for so many samples are missing and cost next to nothing."""
        if self.kept is None or self.kept.candidate.answers is not None:
            return None
        pace = self.kept.candidate.pace
        cheap = pace is not None and samples * pace.batch_s <= _SHARE * self._run.options.budget_s
        return self.kept.candidate if cheap else None

    def _publish(self, small: Small) -> None:
        candidate, task = small.candidate, self._run.task
        info = {
            "score": self._score(small.lineup.validation),
            "metric": task.metric,
            "run": self._run.path.name,
            **facts([candidate]),
        }
        parts = records([candidate.record], small.lineup.weights)
        publish(self._run.small_path, Manifest(task, parts, small.lineup.temperature, info))


def facts(candidates: list[Candidate]) -> dict[str, object]:
    """Return what a model of these members weighs and takes: ``size_bytes``, and ``ms_per_sample`` where known."""
    size = sum(candidate.size for candidate in candidates)
    paces = [candidate.pace for candidate in candidates if candidate.pace is not None]
    if len(paces) < len(candidates):
        return {"size_bytes": size, "ms_per_sample": None}
    single, batch = sum(pace.single_s for pace in paces), sum(pace.batch_s for pace in paces)
    return {"size_bytes": size, "ms_per_sample": {"single": _ms(single), "batch": _ms(batch)}}


def _ms(seconds: float) -> float:
    return round(1000.0 * seconds, 3)


def _lasting(candidate: Candidate) -> Candidate:
    """Return it with its answers read: their file is removed once its learner has offered others."""
    return candidate if candidate.answers is None else replace(candidate, answers=dict(candidate.answers))


def _same(one: Candidate, other: Candidate) -> bool:
    return (one.learner, one.version) == (other.learner, other.version)
