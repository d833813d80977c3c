"""Settings of LightGBM that a search may try, and one such trial: some folds first, the others if that went well."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.ensemble.noise import checked
from engine.learners.base import Job
from engine.modalities.table.boosting import Bag, Growth
from engine.modalities.table.target import Link
from engine.modalities.table.training import TrainingRows
from engine.search import SHARE, Choice, Float, Int, Settings, Space

SPACE: Space = {
    "learning_rate": Float(0.03, 0.12, log=True),
    "num_leaves": Int(4, 128, log=True),
    "feature_fraction": Float(0.25, 1.0),
    "bagging_fraction": Float(0.6, 1.0),
    "min_data_in_leaf": Int(2, 80, log=True),
    "lambda_l2": Float(0.001, 30.0, log=True),
    "path_smooth": Float(0.01, 30.0, log=True),
    "cat_smooth": Float(1.0, 100.0, log=True),
    "cat_l2": Float(1.0, 60.0, log=True),
    "extra_trees": Choice((False, True)),
}
_OWN: Settings = {  # LightGBM's own settings, as far as they lie in the space
    "learning_rate": 0.1,
    "num_leaves": 31,
    "feature_fraction": 1.0,
    "bagging_fraction": 1.0,
    "min_data_in_leaf": 20,
    "lambda_l2": 0.001,
    "path_smooth": 0.01,
    "cat_smooth": 10.0,
    "cat_l2": 10.0,
    "extra_trees": False,
}


def start(params: Mapping[str, Any]) -> Settings:
    """Return parameters of LightGBM as a point of the space, what they do not name being LightGBM's own."""
    return {name: params.get(name, value) for name, value in _OWN.items()}


def row_losses(link: Link, labels: FloatArray, predictions: FloatArray) -> FloatArray:
    """Return what each row [n] adds to :meth:`Link.loss`, up to a constant factor."""
    if link.many:
        return np.asarray(
            -np.log(np.maximum(np.where(labels > 0.5, predictions, 1.0 - predictions), 1e-15)).mean(axis=1)
        )
    if link.is_classifier:
        return np.asarray(-np.log(np.maximum(predictions[np.arange(len(labels)), labels.astype(np.int64)], 1e-15)))
    return np.asarray((predictions[:, 0] - labels) ** 2)


@dataclass(frozen=True, eq=False)
class Tried:
    """What a trial came to: the folds' boosters and the predictions [n, outputs] of the rows they were checked on."""

    settings: Settings
    validation: FloatArray
    texts: tuple[str, ...] = ()


@dataclass
class Trial:
    """One trial. Folds are grown in two groups; ``so_far`` holds those that are grown.

    Where the strategy asks for a ``share`` of the work, that share of the folds is grown in all, and in one group what
    of it is missing: those of one share are compared, and what they come to must not depend on the threads.

    A group that is under way goes on after a restart with the folds that it was begun with, whereas the one to come
    follows from those that are grown: there may be more threads then, or fewer.
    """

    job: Job
    rows: TrainingRows
    link: Link
    growth: Growth
    seed: int
    so_far: Tried
    share: float | None = None
    _bag: Bag | None = field(default=None, repr=False)

    @property
    def proposal(self) -> Settings:
        """What the strategy asked for."""
        settings = self.so_far.settings
        return settings if self.share is None else {**settings, SHARE: self.share}

    @property
    def goal(self) -> int:
        """How many folds are to be grown in all."""
        share = 1.0 if self.share is None else self.share
        return max(1, math.ceil(round(share * len(self.rows.checked), 6)))  # a third of six folds is two, not 2.0000001

    @property
    def next_folds(self) -> tuple[int, ...]:
        """The folds to grow now: all of a share; without one first as many as there are threads, then all others."""
        grown = len(self.so_far.texts)
        if self.share is not None:
            return self.rows.checked[grown : self.goal]
        few = self.job.threads if self.job.threads > 1 else 2
        return self.rows.checked[grown:] if grown else self.rows.checked[:few]

    @property
    def through(self) -> bool:
        """Whether all folds are grown that were asked for."""
        return len(self.so_far.texts) >= self.goal

    @property
    def finished(self) -> bool:
        """Whether all folds are grown."""
        return len(self.so_far.texts) == len(self.rows.checked)

    def advance(self, deadline: Deadline) -> bool:
        """Grow the next folds; return whether they are done, as where none are missing."""
        if self.through:
            return True
        if self._bag is None:
            self._bag = self._bag_of(self.next_folds)
        self._bag.advance(deadline)
        if not self._bag.done:
            return False
        answers, before = self._bag.validation(), self.so_far
        merged = np.where(checked(answers)[:, None], answers, before.validation)
        self.so_far = Tried(before.settings, merged, (*before.texts, *self._bag.texts()))
        self._bag = None
        return True

    def _bag_of(self, folds: Sequence[int]) -> Bag:
        rows = replace(self.rows, checked=tuple(folds))
        params = {**self.so_far.settings, "bagging_freq": 1, "seed": self.seed}
        return Bag(self.job, rows, self.link, self.growth, params)

    @property
    def under_way(self) -> tuple[int, ...]:
        """The folds of the group that is under way; none where none is."""
        return () if self._bag is None else self._bag.rows.checked

    def save(self, folder: Path) -> None:
        """Write the group that is under way into the new folder ``folder``, if there is one."""
        if self._bag is not None:
            self._bag.save(folder)

    def restore(self, folder: Path, under_way: Sequence[int]) -> None:
        """Go on with the group of folds that was under way at :meth:`save`."""
        self._bag = self._bag_of(under_way)
        self._bag.restore(folder)


def mean_of(tried: Sequence[Tried]) -> FloatArray:
    """Return the mean of the trials' predictions."""
    return np.asarray(np.mean([one.validation for one in tried], axis=0))
