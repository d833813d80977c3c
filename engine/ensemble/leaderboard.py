"""Every learner's newest candidate, the ensemble of them, and whether it deserves to be served.

The served model is replaced only by one that is better by more than the validation noise (spec 7.4): on the rows
both were checked on, by more than one standard error of their difference where there are fewer than 1,000 of them,
by anything at all where there are more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.ensemble.base import LOSS_OF
from engine.ensemble.greedy import greedy_weights
from engine.metrics import METRICS, replicates, score
from engine.model.blend import blend
from engine.model.calibrate import fit_temperature, fit_temperature_each
from engine.task import Kind, Task

NOISY_BELOW = 1000
SELECTION_ROWS = 10_000  # greedy selection looks at no more rows than this: more change nothing but the time


@dataclass(frozen=True)
class Entrant:
    """A learner's newest out-of-sample predictions [n, outputs]; NaN rows where there is none."""

    name: str
    validation: FloatArray


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


def checked(predictions: FloatArray) -> BoolArray:
    """Return the rows that have a prediction."""
    finite: BoolArray = np.logical_and.reduce(np.isfinite(predictions), axis=1)
    return finite


def line_up(task: Task, labels: FloatArray, entrants: Sequence[Entrant]) -> Lineup:
    """Weigh the entrants into the best ensemble over the rows that all of them were checked on.

    Entrants checked on few rows (the first, on part of the data) step aside once others cover more than twice as many.
    """
    widest = max(int(checked(entrant.validation).sum()) for entrant in entrants)
    fit = [entrant for entrant in entrants if 2 * int(checked(entrant.validation).sum()) >= widest]
    shared: BoolArray = np.logical_and.reduce([checked(entrant.validation) for entrant in fit])
    if not shared.any():
        fit, shared = fit[-1:], checked(fit[-1].validation)
    weights = _weights(task, labels, [entrant.validation for entrant in fit], shared)
    chosen = {e.name: float(w) for e, w in zip(fit, weights, strict=True) if w > 0}
    members = [entrant.validation for entrant in fit if entrant.name in chosen]
    raw = blend(members, list(chosen.values()), 1.0, task.kind)
    temperature = _temperature(task.kind, raw, labels)
    return Lineup(chosen, temperature, blend(members, list(chosen.values()), temperature, task.kind))


def _temperature(kind: Kind, predictions: FloatArray, labels: FloatArray) -> float:
    rows = checked(predictions)
    if kind is Kind.MULTICLASS:
        return fit_temperature(predictions[rows], labels[rows])
    if kind is Kind.MULTILABEL:
        return fit_temperature_each(predictions[rows], labels[rows])
    return 1.0


def _weights(task: Task, labels: FloatArray, predictions: Sequence[FloatArray], shared: BoolArray) -> FloatArray:
    rows = np.flatnonzero(shared)
    if len(rows) > SELECTION_ROWS:
        rows = np.random.default_rng(0).choice(rows, SELECTION_ROWS, replace=False)
    weights: FloatArray = greedy_weights(
        [prediction[rows] for prediction in predictions], labels[rows], LOSS_OF[task.kind]
    )
    return weights


def better(task: Task, labels: FloatArray, new: FloatArray, old: FloatArray) -> bool:
    """Return whether ``new`` [n, outputs] deserves to replace ``old`` as what is served.

    Classes that are told apart about equally well may still come with better probabilities: log-loss breaks the tie.
    So does having been checked on, and so having learned from, more than twice as many samples.
    """
    rows = checked(new) & checked(old)
    wider = int(checked(new).sum()) > 2 * int(checked(old).sum())
    if not rows.any():
        return wider
    gain, noise = _gain(task.metric, labels[rows], new[rows], old[rows])
    if gain > noise:
        return True
    if gain < -noise:
        return False
    if wider or task.kind is Kind.REGRESSION:
        return wider
    gain, noise = _gain("log_loss", labels[rows], new[rows], old[rows])
    return gain > noise


def _gain(metric: str, labels: FloatArray, new: FloatArray, old: FloatArray) -> tuple[float, float]:
    """Return by how much ``new`` is better, and the noise it has to beat."""
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    gain = sign * (score(metric, labels, new) - score(metric, labels, old))
    if len(labels) >= NOISY_BELOW:
        return gain, 0.0
    difference = replicates(metric, labels, new) - replicates(metric, labels, old)
    return gain, float(np.std(difference))
