"""What a column of chance does to the table learners: hardly anything, however many values it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.learners import learner_class
from engine.learners.base import Job
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job

LEARNERS: dict[str, dict[str, Any]] = {
    "table.extra_trees": {"trees": 12},
    "table.linear": {"knots": 3},
    "table.lightgbm": {"stages": [{"rounds": 40, "patience": 20}], "params": {"num_leaves": 8}},
}
ROWS, VALUES = 600, 200


def chance(job: Job) -> TableSamples:
    """Return the job's rows with a column of chance beside the others."""
    assert isinstance(job.samples, TableSamples)
    drawn = np.random.default_rng(7).integers(0, VALUES, ROWS)
    return TableSamples(job.samples.frame.with_columns(pl.Series("chance", [f"value {number}" for number in drawn])))


def seen(job: Job, samples: TableSamples, names: tuple[str, ...]) -> Job:
    """Return the job with other columns."""
    columns = (*job.task.columns, Column("chance", ColumnType.CATEGORY))
    kept = tuple(column for column in columns if column.name in names)
    return replace(job, task=replace(job.task, columns=kept), samples=TableSamples(samples.frame.select(names)))


def agreement(kind: str, job: Job) -> float:
    """Return how the held-out answers go with the labels, a correlation."""
    learner = contract.run_to_the_end(learner_class(kind)(job, LEARNERS[kind]))
    answers = learner.validation()
    expected = answers @ np.arange(answers.shape[1]) if answers.shape[1] > 1 else answers[:, 0]
    return float(np.corrcoef(expected, job.labels)[0, 1])


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("kind", LEARNERS)
def test_it_costs_next_to_nothing_beside_others_and_brings_nothing_alone(kind: str, classes: int) -> None:
    job = a_job(classes, size=ROWS)
    samples, plain = chance(job), tuple(column.name for column in job.task.columns)
    without, beside = agreement(kind, job), agreement(kind, seen(job, samples, (*plain, "chance")))
    assert beside > without - 0.06
    assert agreement(kind, seen(job, samples, ("chance",))) < 0.12
