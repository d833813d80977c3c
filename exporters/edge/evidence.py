"""How much accuracy a change costs, told by samples that were not learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.metrics import bootstrap, replicates, score
from engine.metrics.decisions import NAMED_FROM
from engine.samples import Samples
from engine.task import Kind, Task
from exporters.edge.nearby import nearby
from exporters.edge.unlearned import moved
from exporters.onnx.runtime import OnnxModel

MOST = 400
"""As many samples are asked at most; the accuracy of 400 is known to two points, a difference to less."""

_AT_ONCE = 16  # of which the inner parts are held: a sound may take 13 MB


def metric_of(task: Task) -> str:
    """Return the name of the metric whose loss is limited."""
    return "r2" if task.kind is Kind.REGRESSION else "accuracy"


@dataclass(frozen=True)
class Evidence:
    """Samples [n] with their ``labels``, and what the model as it is served said of them: ``before`` [n, K].

    ``own`` [n, K] is what the candidate itself said before it learned from them; None where it never did, so that it
    can be asked.
    """

    samples: Samples
    labels: FloatArray
    before: FloatArray
    own: FloatArray | None

    def asked(self, artefact: OnnxModel) -> FloatArray:
        """Return what a file says of the samples [n, K]; of samples much like them where it has learned from these."""
        if self.own is None:
            return artefact.predict(self.samples)
        parts = np.array_split(np.arange(len(self.samples)), -(-len(self.samples) // _AT_ONCE))
        return np.concatenate([artefact.predict(nearby(self.samples.take(rows))) for rows in parts])

    def unlearned(self, plain: FloatArray, small: FloatArray, kind: Kind) -> FloatArray:
        """Return what the candidate would have said unlearned [n, K], had it been made smaller then.

        ``plain`` and ``small`` are what its two forms say now.
        """
        return small if self.own is None else moved(self.own, plain, small, kind)


def gather(
    task: Task, samples: Samples, labels: FloatArray, before: FloatArray, own: FloatArray, learned: bool
) -> Evidence | None:
    """Return the evidence of the rows [n] on which both are known, a random part of many; None where there are none.

    ``learned`` says that the candidate has learned from the samples since.
    """
    rows = np.flatnonzero(np.isfinite(before).all(axis=1) & np.isfinite(own).all(axis=1))
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
    if not len(rows):
        return None
    return Evidence(samples.take(rows), labels[rows], before[rows], own[rows] if learned else None)


@dataclass(frozen=True)
class Score:
    """A score on ``samples`` samples, with the interval in which it would lie on others of their kind."""

    metric: str
    value: float
    low: float
    high: float
    samples: int

    @classmethod
    def of(cls, task: Task, labels: FloatArray, answers: FloatArray) -> Score:
        """Score answers [n, K]."""
        metric = metric_of(task)
        interval = bootstrap(metric, labels, answers)
        return cls(metric, score(metric, labels, answers), interval.low, interval.high, len(labels))


@dataclass(frozen=True)
class Loss:
    """By how much a score fell from one model to another on the same samples, and the interval of that."""

    value: float
    low: float
    high: float

    @classmethod
    def between(cls, task: Task, labels: FloatArray, before: FloatArray, after: FloatArray) -> Loss:
        """Compare answers [n, K] in pairs."""
        metric = metric_of(task)
        value = score(metric, labels, before) - score(metric, labels, after)
        drawn = replicates(metric, labels, before) - replicates(metric, labels, after)
        low, high = np.percentile(drawn, (2.5, 97.5))
        return cls(float(value), float(low), float(high))


def agreement(task: Task, one: FloatArray, other: FloatArray) -> float | None:
    """Return the share of samples with the same answer; None for numbers, which are never quite the same."""
    if task.kind is Kind.REGRESSION:
        return None
    same: BoolArray
    if task.kind is Kind.MULTILABEL:
        same = ((one >= NAMED_FROM) == (other >= NAMED_FROM)).all(axis=1)
    else:
        same = one.argmax(axis=1) == other.argmax(axis=1)
    return float(same.mean())


def to_json(value: Any) -> Any:
    """Return a score or a loss as plain JSON, None as it is."""
    return None if value is None else dict(vars(value))
