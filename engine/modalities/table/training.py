"""The rows a table learner works on, encoded, and which of them check which model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from typing_extensions import override

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.learners.base import Job, Learner
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.task import Column

MOST_CHECKED = 5000  # of a draw: a first look should not take long
_FEWEST = 100  # rows that no lack of memory is put down to


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Some of a job's rows. ``rows`` [k] are their places in the job; all else is in their order.

    ``checked`` are the folds that get a model of their own: learned from the rows of other folds (and of fold -1) that
    are ``shown`` [k], checked on all of this one.
    """

    size: int
    rows: IntArray
    labels: FloatArray
    folds: IntArray
    checked: tuple[int, ...]
    encoder: TableEncoder
    numbers: FloatArray
    shown: BoolArray

    def learned_from(self, fold: int) -> IntArray:
        """Return the indices (into ``rows``) that the model of ``fold`` learns from."""
        return np.flatnonzero((self.folds != fold) & self.shown)

    def checked_on(self, fold: int) -> IntArray:
        """Return the indices (into ``rows``) that the model of ``fold`` is checked on."""
        return np.flatnonzero(self.folds == fold)

    def spread(self, predictions: FloatArray) -> FloatArray:
        """Return predictions [k, outputs] at their places among all samples of the job, NaN elsewhere."""
        everywhere = np.full((self.size, predictions.shape[1]), np.nan)
        everywhere[self.rows] = predictions
        return everywhere


def table_samples(job: Job) -> TableSamples:
    """Return the job's samples, which a table learner needs to be a table's.

    Raises:
        DataError: they are samples of another modality.
    """
    if not isinstance(job.samples, TableSamples):
        raise DataError(f"A table learner takes table rows, but got {type(job.samples).__name__}.")
    return job.samples


def learned(samples: TableSamples, columns: tuple[Column, ...], deadline: Deadline) -> bool:
    """Learn an encoder from rows and encode them until the deadline; return whether that is done.

    Where it is not, the next call goes on with it. The encoder is ``samples.fitted[columns]`` in the end.
    """
    if columns in samples.fitted:
        return True
    work = samples.fitting.pop(columns, None) or TableEncoder.fitting(samples, columns)
    try:
        while True:
            next(work)
            if deadline.expired:
                samples.fitting[columns] = work
                return False
    except StopIteration as end:
        samples.fitted[columns], numbers = end.value
        samples.keep(samples.fitted[columns], numbers)
        return True


class TableLearner(Learner):
    """A learner of table rows, which are encoded before it is built."""

    @classmethod
    @override
    def prepare(cls, job: Job, settings: Mapping[str, Any], deadline: Deadline, *, begun: bool) -> bool:
        return learned(table_samples(job), tuple(job.task.columns), deadline)


def take_rows(job: Job, rows: int = 0, folds: int = 0) -> TrainingRows:
    """Encode what a learner works on.

    Args:
        job: all samples.
        rows: how many rows to learn from, drawn by the job's seed (0: all).
        folds: how many folds to check on (0: all).

    Returns:
        With all folds checked, a draw of ``rows`` of everything; else a draw of ``rows`` of the others, and the rows of
        the checked folds: all, but for a draw of at most ``MOST_CHECKED`` of them where ``rows`` are drawn.
    """
    available = [int(fold) for fold in np.unique(job.folds[job.folds >= 0])]
    checked = tuple(available[: folds or None])
    fixed = np.isin(job.folds, checked) if len(checked) < len(available) else np.zeros(len(job.folds), dtype=np.bool_)
    if len(available) == 1:
        fixed = job.folds == available[0]
    chosen = _draw(np.flatnonzero(~fixed), rows, job.seed)
    held = _draw(np.flatnonzero(fixed), MOST_CHECKED if rows else 0, job.seed)
    places = np.sort(np.concatenate([held, chosen]))
    samples = table_samples(job)
    if len(places) < len(samples):
        samples = samples.take(places)
    columns = tuple(job.task.columns)
    learned(samples, columns, Deadline(math.inf))
    encoder = samples.fitted[columns]
    return TrainingRows(
        size=len(job.folds),
        rows=places,
        labels=job.labels[places],
        folds=job.folds[places],
        checked=checked,
        encoder=encoder,
        numbers=samples.encoded(encoder),
        shown=_shown(len(places), job),
    )


def at_once(job: Job, folds: int) -> int:
    """Return how many of the folds are worked on side by side: one after a lack of memory."""
    return 1 if job.frugality else min(job.threads, folds)


def _shown(count: int, job: Job) -> BoolArray:
    """Return which of so many rows models learn from: all, or a quarter for each lack of memory."""
    shown = np.zeros(count, dtype=np.bool_)
    shown[_draw(np.arange(count), max(_FEWEST, count >> 2 * job.frugality), job.seed)] = True
    return shown


def _draw(candidates: IntArray, rows: int, seed: int) -> IntArray:
    if not rows or len(candidates) <= rows:
        return candidates
    return np.random.default_rng(seed).choice(candidates, rows, replace=False)
