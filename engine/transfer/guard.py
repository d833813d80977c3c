"""Whether pretraining helps at all on the samples at hand, told by what learners with it and without it score.

Negative transfer is rare but real: a network that knows photographs may see less in drawings, spectra or scans than the
plainest statistics do. The person is told, and learners on a network which is surely worse than none let the others go
first, unless the person wants no such guard.

Learners are checked on different samples: heads on all, a network that is tuned on one fold, which may be an easy one.
So two are compared on the samples alone that both were checked on, and a difference counts where it is more than its
noise there (:mod:`engine.ensemble.noise`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.ensemble.leaderboard import seen_enough
from engine.ensemble.noise import FEWEST_SHARED, checked, gain
from engine.metrics import METRICS, score
from engine.task import Task

_LEAST = 0.0005  # what the figures that are told would not show is no difference


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much better the best learner with one pretrained ``network`` is than the best with none.

    The ``gain`` is that of their newest candidates on the validation samples that both were checked on, and ``noise``
    one standard error of it. A network of the person's own is named by its file.
    """

    network: str
    gain: float
    noise: float

    @property
    def helps(self) -> bool:
        """Whether the network's learners do better, by more than the noise."""
        return self.gain > max(self.noise, _LEAST)

    @property
    def harms(self) -> bool:
        """Whether they do worse, by more than the noise."""
        return -self.gain > max(self.noise, _LEAST)

    @property
    def sentence(self) -> str:
        """What the person is told."""
        network = f"The pretrained network {PurePath(self.network).name}"
        scores = "on samples not learned from, the best score with it is"
        difference = f"{abs(self.gain):.3f} ± {max(self.noise, 0.001):.3f}"
        if self.helps:
            return f"{network} helped: {scores} better by {difference} than the best without it."
        if self.harms:
            return f"{network} does not help on this data: {scores} worse by {difference} than the best without it."
        return f"{network} makes no difference that can be told: {scores} {difference} apart from the best without it."


@dataclass(frozen=True, eq=False)
class Contender:
    """A learner's newest candidate, told by its ``version``, and its out-of-sample predictions, NaN rows where none is.

    ``network`` is the pretrained one that the learner builds on, empty for none; ``through`` says that it has done all
    its work.
    """

    learner: str
    version: int
    validation: FloatArray
    network: str = ""
    through: bool = True

    @property
    def key(self) -> tuple[str, int]:
        """What the candidate is told from all others by."""
        return self.learner, self.version


class Judge:
    """Reaches the verdicts of a run. It is asked before every slice, so only what is new is weighed.

    ``folds`` [n] are those of :mod:`engine.split`.
    """

    def __init__(self, task: Task, labels: FloatArray, folds: IntArray) -> None:
        self._task, self._labels, self._folds = task, labels, folds
        self._sign = 1.0 if METRICS[task.metric].higher_is_better else -1.0
        self._asked: list[tuple[tuple[str, int], str, bool]] = []
        self._verdicts: tuple[Verdict, ...] = ()
        self._rows: dict[tuple[str, int], BoolArray] = {}  # that a candidate was checked on
        self._scores: dict[tuple[tuple[str, int], bytes], float] = {}  # of a candidate, on some rows
        self._gains: dict[tuple[tuple[str, int], tuple[str, int]], tuple[float, float]] = {}

    def verdicts(self, contenders: Sequence[Contender]) -> tuple[Verdict, ...]:
        """Return a verdict for each pretrained network of which a learner is through, if one without it has a score.

        A learner that is not through yet may have learned from little, so that it would be judged too early; but one
        that is on its way counts for its network too. Candidates that are first looks at some of the samples decide
        nothing, but where there is nothing else without a network: one that loses to what has learned from less than it
        surely harms. There is no verdict where the two best have too few samples in common.
        """
        asked = [(one.key, one.network, one.through) for one in contenders]
        if asked != self._asked:
            self._asked, self._verdicts = asked, tuple(self._judged(contenders))
            self._forget_all_but({one.key for one in contenders})
        return self._verdicts

    def _judged(self, contenders: Sequence[Contender]) -> list[Verdict]:
        if all(one.network for one in contenders) or not any(one.network and one.through for one in contenders):
            return []
        widest = max(self._coverage(one) for one in contenders)
        fit = [one for one in contenders if seen_enough(self._checked(one), widest, self._folds)]
        without, found = [one for one in fit if not one.network], list[Verdict]()
        unequal = not without
        if unequal:
            without = [one for one in contenders if not one.network]
        for network in dict.fromkeys(one.network for one in fit if one.network):
            own = [one for one in fit if one.network == network]
            if not any(one.through for one in own):
                continue
            best, other = self._best(own), self._best(without)
            if self._shared(best, other).sum() >= FEWEST_SHARED:
                verdict = Verdict(network, *self._gain(best, other))
                if verdict.harms or not unequal:
                    found.append(verdict)
        return found

    def _best(self, contenders: Sequence[Contender]) -> Contender:
        """Return who is left when each is compared with the best so far, from the most widely checked one on."""
        best, *others = sorted(contenders, key=self._coverage, reverse=True)
        for other in others:
            rows = self._shared(best, other)
            if rows.sum() >= FEWEST_SHARED and self._score(other, rows) > self._score(best, rows):
                best = other
        return best

    def _checked(self, one: Contender) -> BoolArray:
        if one.key not in self._rows:
            self._rows[one.key] = checked(one.validation)
        return self._rows[one.key]

    def _coverage(self, one: Contender) -> int:
        return int(self._checked(one).sum())

    def _shared(self, one: Contender, other: Contender) -> BoolArray:
        return self._checked(one) & self._checked(other)

    def _score(self, one: Contender, rows: BoolArray) -> float:
        """Return a score, higher for better; heads are all checked on the same rows, so each is asked for once."""
        key = one.key, rows.tobytes()
        if key not in self._scores:
            self._scores[key] = self._sign * score(self._task.metric, self._labels[rows], one.validation[rows])
        return self._scores[key]

    def _gain(self, new: Contender, old: Contender) -> tuple[float, float]:
        key = new.key, old.key
        if key not in self._gains:
            self._gains[key] = gain(self._task, self._labels, new.validation, old.validation)
        return self._gains[key]

    def _forget_all_but(self, current: Collection[tuple[str, int]]) -> None:
        self._rows = {key: rows for key, rows in self._rows.items() if key in current}
        self._scores = {key: known for key, known in self._scores.items() if key[0] in current}
        self._gains = {key: known for key, known in self._gains.items() if {*key} <= {*current}}
