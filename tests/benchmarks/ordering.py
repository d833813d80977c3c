"""The order in which a run's learners would have served best, as its own records tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.arrays import FloatArray, IntArray
from engine.dataset import Dataset
from engine.ensemble.leaderboard import Entrant, line_up
from engine.ensemble.noise import checked
from engine.metrics import score
from engine.modalities import Entry, by_hand
from engine.modalities.learned import Step
from engine.run.folder import RunFolder
from engine.run.journal import Past, replay
from engine.task import Task
from engine.worker.checkpoint import Checkpoint

_LEAST_S = 0.05


def best_order(run: RunFolder, train: Dataset, device: str) -> tuple[Step, ...]:
    """Return the learners that brought a candidate, greedily by what each adds a second.

    That is what its last candidate adds to the ensemble, or what an early one, which was served alone, added to the
    score: a look at a part of the samples may be worth more a second than what comes of all. The first of the portfolio
    begins, being the instant one. Those that add nothing come last, in the portfolio's order; none comes before those
    whose work it makes use of, since its own seconds were measured after theirs.
    """
    entries = by_hand(run.task, len(train), device)
    known = _candidates(run, entries)
    pasts = {name: past for name, past in replay(run.events_path).learners.items() if past.curve}
    left = [entry for entry in entries if entry.name in known and entry.name in pasts]
    return _greedy(left, known, pasts, _Judge(run.task, train.labels(run.task), train.folds))


def _candidates(run: RunFolder, entries: Sequence[Entry]) -> dict[str, Entrant]:
    """Return the newest candidate of each entry that left one."""
    found = {}
    for entry in entries:
        there = (run.checkpoints_path / entry.name).is_dir()
        candidate = Checkpoint(run.checkpoints_path, entry.name).candidate() if there else None
        if candidate is not None:
            found[entry.name] = Entrant(entry.name, candidate.validation, repeats=entry.repeats)
    return found


class _Judge:
    """Says how good learners are together on the samples they did not learn from."""

    def __init__(self, task: Task, labels: FloatArray, folds: IntArray) -> None:
        self.task, self.labels, self.folds = task, labels, folds

    def together(self, entrants: Sequence[Entrant]) -> FloatArray:
        """Return the validation predictions of the ensemble that the engine makes of them."""
        return line_up(self.task, self.labels, entrants, self.folds).validation

    def score(self, predictions: FloatArray) -> float:
        """Return the score on the samples that have predictions."""
        rows = checked(predictions)
        return score(self.task.metric, self.labels[rows], predictions[rows])

    def gain(self, new: FloatArray, old: FloatArray) -> float:
        """Return by how much ``new`` is better on the samples that both predict; never less than nothing."""
        rows = checked(new) & checked(old)
        after, before = (score(self.task.metric, self.labels[rows], found[rows]) for found in (new, old))
        return max(0.0, after - before)


def _greedy(
    entries: Sequence[Entry],
    known: Mapping[str, Entrant],
    pasts: Mapping[str, Past],
    judge: _Judge,
) -> tuple[Step, ...]:
    left, chosen, steps = list(entries), list[Entrant](), list[Step]()
    best: FloatArray | None = None
    while left:
        names = {entry.name for entry in left}
        ready = [entry.name for entry in left if not names & set(entry.after)] if steps else [left[0].name]
        found = {name: judge.together([*chosen, known[name]]) for name in ready}
        rates = dict.fromkeys(ready, 0.0)
        if best is not None:
            so_far = judge.score(best)
            for name in ready:
                early = [(score - so_far) / max(_LEAST_S, seconds) for seconds, score in pasts[name].curve]
                late = judge.gain(found[name], best) / max(_LEAST_S, pasts[name].curve[-1][0])
                rates[name] = max(0.0, late, *early)
        taken = max(ready, key=lambda name: rates[name])  # ties: their order by hand
        best = found[taken]
        chosen.append(known[taken])
        left = [entry for entry in left if entry.name != taken]
        seconds = round(pasts[taken].curve[-1][0], 3)
        steps.append(Step(taken, seconds, round(judge.score(best), 6), pasts[taken].found))
    return tuple(steps)
