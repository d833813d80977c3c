"""Jobs on small files of any kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.learners.base import Job
from engine.samples import Samples
from engine.task import Kind, Modality, Task

Make = Callable[[list[int]], Samples]


def job_of_classes(make: Make, modality: Modality, names: tuple[str, ...], each: int, folds: int) -> Job:
    """A job of telling classes apart, ``each`` of every one; ``make`` writes a file for each of the labels."""
    labels = [label for label in range(len(names)) for _ in range(each)]
    numbers = np.arange(len(labels), dtype=np.int64) % folds
    return Job(Task(modality, Kind.MULTICLASS, names), make(labels), np.array(labels, dtype=np.float64), numbers)


def job_of_numbers(make: Make, modality: Modality, size: int) -> Job:
    """A job of guessing a number: which of three classes a file is of, plus a little noise."""
    labels = [row % 3 for row in range(size)]
    values = 10.0 * np.array(labels) + np.random.default_rng(0).normal(0, 0.5, size)
    folds = np.arange(size, dtype=np.int64) // 3 % 3
    return Job(Task(modality, Kind.REGRESSION), make(labels), values, folds)
