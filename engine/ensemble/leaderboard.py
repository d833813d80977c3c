"""Every learner's newest candidate, and the best ensemble of them.

Most learners are checked on every sample, fold by fold; large networks on one fold only, since training them once for
each would take too long. So those that were widely checked are weighed first, on all samples. A narrowly checked one is
then weighed against that whole, on the samples both were checked on, and comes in only if it makes the whole better by
more than the noise there. Whoever was checked on neither most samples nor whole folds has learned from a part of the
data only (a first look), and steps aside. One that repeats another with other samples held out is weighed as one with
it: their mean, which no held-out sample can show to be better than each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.ensemble.base import LOSS_OF
from engine.ensemble.greedy import Allowance, greedy_weights
from engine.ensemble.noise import FEWEST_SHARED, checked, surely_better
from engine.model.blend import blend
from engine.model.calibrate import fit_temperature, fit_temperature_each
from engine.task import Kind, Task

SELECTION_ROWS = 10_000  # greedy selection looks at no more rows than this: more change nothing but the time,
SELECTION_CELLS = 200_000  # and where a sample may have several classes, at no more yes or no of them
CALIBRATION_ROWS = 50_000  # and a temperature is as sure from so many
WIDE = 0.9  # of the widest coverage
_WHOLE_FOLD = 0.95  # some samples of a fold may be unreadable
_WIDELY_CHECKED = 0  # place of the ensemble of the widely checked among those weighed with the narrow ones


@dataclass(frozen=True)
class Entrant:
    """A learner's newest out-of-sample predictions [n, outputs]; NaN rows where there is none.

    ``cost_s`` is how many seconds it takes to predict one sample; ``repeats`` names the learner that this one is like
    but for the samples that it holds out, empty for none.
    """

    name: str
    validation: FloatArray
    cost_s: float = 0.0
    repeats: str = ""


@dataclass(frozen=True)
class Lineup:
    """Who would be served together: weights by learner, and the validation predictions of the whole."""

    weights: Mapping[str, float]
    temperature: float
    validation: FloatArray

    @property
    def leader(self) -> str:
        """The learner with the greatest weight."""
        return max(self.weights, key=lambda name: self.weights[name])


def line_up(
    task: Task, labels: FloatArray, entrants: Sequence[Entrant], folds: IntArray, most_s: float = np.inf
) -> Lineup:
    """Weigh the entrants into the best ensemble that takes at most ``most_s`` seconds a sample.

    When none is that quick, the quickest is served alone. ``folds`` [n] are those of :mod:`engine.split`.
    """
    teams: dict[str, list[Entrant]] = {}
    for entrant in entrants:
        teams.setdefault(entrant.repeats or entrant.name, []).append(entrant)
    within = {name: members if _cost(members) <= most_s else members[:1] for name, members in teams.items()}
    lineup = _line_up(task, labels, [_as_one(name, members) for name, members in within.items()], folds, most_s)
    shares = {e.name: lineup.weights[name] / len(members) for name, members in within.items() for e in members
              if name in lineup.weights}  # fmt: skip
    return replace(lineup, weights=shares)


def _cost(entrants: Sequence[Entrant]) -> float:
    return sum(entrant.cost_s for entrant in entrants)


def _as_one(name: str, members: Sequence[Entrant]) -> Entrant:
    """Return those that repeat one another as one: a sample's answer is the mean of who was checked on it."""
    if len(members) == 1:
        return replace(members[0], name=name)
    answers = np.stack([member.validation for member in members])
    seen = np.isfinite(answers).all(axis=2, keepdims=True)
    total, count = np.where(seen, answers, 0.0).sum(axis=0), seen.sum(axis=0)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return Entrant(name, mean, _cost(members))


def _line_up(task: Task, labels: FloatArray, entrants: Sequence[Entrant], folds: IntArray, most_s: float) -> Lineup:
    wide = widely_checked(entrants)
    shared: BoolArray = np.logical_and.reduce([checked(entrant.validation) for entrant in wide])
    if not shared.any():
        wide = wide[-1:]
    lineup = _together(task, labels, wide, _weights(task, labels, wide, most_s))
    narrow = [e for e in entrants if e not in wide and fit_to_serve(e, entrants, folds)]
    return _joined(task, labels, lineup, wide, narrow, most_s) if narrow else lineup


def widely_checked(entrants: Sequence[Entrant]) -> list[Entrant]:
    """Return the entrants that were checked on nearly as many samples as the most widely checked."""
    widest = max(_coverage(entrant) for entrant in entrants)
    return [entrant for entrant in entrants if _coverage(entrant) >= WIDE * widest]


def fit_to_serve(entrant: Entrant, entrants: Sequence[Entrant], folds: IntArray) -> bool:
    """Tell whether an entrant has seen enough beside the others."""
    return seen_enough(checked(entrant.validation), max(_coverage(other) for other in entrants), folds)


def seen_enough(rows: BoolArray, widest: int, folds: IntArray) -> bool:
    """Tell whether who was checked on ``rows`` has: on half as many samples as the widest, or on whole folds."""
    if 2 * int(rows.sum()) >= widest:
        return True
    shares = [float(rows[folds == fold].mean()) for fold in np.unique(folds[folds >= 0])]
    whole = [share for share in shares if share >= _WHOLE_FOLD]
    return bool(whole) and all(share <= 1 - _WHOLE_FOLD for share in shares if share < _WHOLE_FOLD)


def _coverage(entrant: Entrant) -> int:
    return int(checked(entrant.validation).sum())


def _joined(
    task: Task, labels: FloatArray, lineup: Lineup, wide: list[Entrant], narrow: list[Entrant], most_s: float
) -> Lineup:
    """Add the narrowly checked ones where that is surely better on the samples that all were checked on."""
    raw = blend([e.validation for e in wide if e.name in lineup.weights], list(lineup.weights.values()), 1.0, task.kind)
    cost = _cost([e for e in wide if e.name in lineup.weights])
    together = [Entrant("", raw, cost)]
    for entrant in sorted(narrow, key=_coverage, reverse=True):
        rows = np.logical_and.reduce([checked(other.validation) for other in [*together, entrant]])
        if int(rows.sum()) >= min(FEWEST_SHARED, _coverage(entrant)):
            together.append(entrant)
    weights = _weights(task, labels, together, most_s)
    parts = {name: float(weights[_WIDELY_CHECKED]) * share for name, share in lineup.weights.items()}
    parts |= {e.name: float(w) for e, w in zip(together[1:], weights[1:], strict=True)}
    everyone = [*wide, *together[1:]]
    joined = _together(task, labels, everyone, np.array([parts.get(e.name, 0.0) for e in everyone]))
    costs = {e.name: e.cost_s for e in everyone}
    quick, slow = (sum(costs[name] for name in chosen.weights) for chosen in (joined, lineup))
    if quick <= most_s < slow:  # only a narrowly checked one is quick enough
        return joined
    return joined if surely_better(task, labels, joined.validation, lineup.validation) else lineup


def _together(task: Task, labels: FloatArray, entrants: Sequence[Entrant], weights: FloatArray) -> Lineup:
    chosen = {e.name: float(w) for e, w in zip(entrants, weights, strict=True) if w > 0}
    members = [entrant.validation for entrant in entrants if entrant.name in chosen]
    raw = blend(members, list(chosen.values()), 1.0, task.kind)
    temperature = _temperature(task.kind, raw, labels)
    return Lineup(chosen, temperature, blend(members, list(chosen.values()), temperature, task.kind))


def _temperature(kind: Kind, predictions: FloatArray, labels: FloatArray) -> float:
    rows = np.flatnonzero(checked(predictions))
    if len(rows) > CALIBRATION_ROWS:
        rows = np.random.default_rng(0).choice(rows, CALIBRATION_ROWS, replace=False)
    if kind is Kind.MULTICLASS:
        return fit_temperature(predictions[rows], labels[rows])
    if kind is Kind.MULTILABEL:
        return fit_temperature_each(predictions[rows], labels[rows])
    return 1.0


def _weights(task: Task, labels: FloatArray, entrants: Sequence[Entrant], most_s: float) -> FloatArray:
    shared: BoolArray = np.logical_and.reduce([checked(entrant.validation) for entrant in entrants])
    rows = np.flatnonzero(shared)
    each = task.outputs if task.kind is Kind.MULTILABEL else 1
    most = min(SELECTION_ROWS, max(1, SELECTION_CELLS // each))
    if len(rows) > most:
        rows = np.random.default_rng(0).choice(rows, most, replace=False)
    answers = [entrant.validation[rows] for entrant in entrants]
    allowance = Allowance(np.array([entrant.cost_s for entrant in entrants]), most_s)
    return greedy_weights(answers, labels[rows], LOSS_OF[task.kind], allowance=allowance)
