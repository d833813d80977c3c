"""The order in which samples are taken: every class from the start, in its share."""

from __future__ import annotations

import numpy as np

from engine.arrays import IntArray
from engine.learners.base import Job
from engine.task import Kind


def stratified_order(job: Job) -> IntArray:
    """Return all rows of the job in random order such that any beginning holds each class in about its share.

    Each class's first sample comes before any second one. Repeatable by ``job.seed``.
    """
    random = np.random.default_rng(job.seed)
    rows = random.permutation(len(job.labels))
    if job.task.kind is not Kind.MULTICLASS:
        return rows
    labels = job.labels[rows].astype(np.int64)
    counts = np.bincount(labels, minlength=job.task.outputs)
    place = np.empty(len(rows))
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        place[mine] = np.arange(len(mine)) / counts[label]
    return rows[np.argsort(place, kind="stable")]
