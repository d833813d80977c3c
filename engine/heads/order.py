"""The order in which samples are taken: every class from the start, in its share."""

from __future__ import annotations

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.learners.base import Job
from engine.task import Kind


def stratified_order(job: Job) -> IntArray:
    """Return all rows of the job in random order such that any beginning holds each class in about its share.

    Each class's first sample comes before any second one; a sample of several classes counts for the rarest of them.
    Repeatable by ``job.seed``.
    """
    random = np.random.default_rng(job.seed)
    rows = random.permutation(len(job.labels))
    if job.task.kind is Kind.REGRESSION:
        return rows
    labels = (_rarest(job.labels) if job.task.kind is Kind.MULTILABEL else job.labels.astype(np.int64))[rows]
    counts = np.bincount(labels)
    place = np.empty(len(rows))
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        place[mine] = np.arange(len(mine)) / counts[label]
    return rows[np.argsort(place, kind="stable")]


def _rarest(labels: FloatArray) -> IntArray:
    """Return the rarest class [n] of each row of labels [n, K]; K for rows of none."""
    often = np.append(labels.sum(axis=0), len(labels) + 1.0)
    there = np.column_stack([labels > 0, np.ones(len(labels), dtype=np.bool_)])
    rarest: IntArray = np.where(there, often, np.inf).argmin(axis=1)
    return rarest
