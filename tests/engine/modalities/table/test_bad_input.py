"""Tables as people have them: every learner of the portfolio ends with a finite answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.learners import LEARNERS, learner_class
from engine.learners.base import Job
from engine.modalities import Entry, portfolio
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import (
    COLUMNS,
    a_job,
    a_job_of_many_classes,
    a_job_with_words,
    a_task,
    answers,
    deal,
    rows,
)


def with_empty_and_constant_columns() -> Job:
    job = a_job(2, size=60)
    assert isinstance(job.samples, TableSamples)
    frame = job.samples.frame.with_columns(
        empty=pl.lit(None, dtype=pl.Float64),
        blank=pl.lit(None, dtype=pl.String),
        constant=pl.lit(3.0),
        same=pl.lit("same"),
    )
    columns = (
        *COLUMNS,
        Column("empty", ColumnType.NUMBER),
        Column("blank", ColumnType.CATEGORY),
        Column("constant", ColumnType.NUMBER),
        Column("same", ColumnType.CATEGORY),
    )
    return replace(job, task=a_task(2, columns), samples=TableSamples(frame))


def with_a_class_of_one() -> Job:
    job = a_job(3, size=60)
    labels = np.minimum(job.labels, 1.0)
    labels[5], job.folds[5] = 2.0, -1
    return replace(job, labels=labels)


def with_a_class_missing_in_a_fold() -> Job:
    job = a_job(2, size=60)
    return replace(job, labels=(job.folds == 0).astype(np.float64))


def with_a_row_of_each_fold() -> Job:
    samples = rows(4)
    return Job(a_task(2), samples, np.array([0.0, 1.0, 0.0, 1.0]), deal(4, 2))


def with_names_alone() -> Job:
    samples = TableSamples(pl.DataFrame({"name": [f"person {i}" for i in range(60)]}))
    return Job(
        a_task(2, (Column("name", ColumnType.CATEGORY),)), samples, (np.arange(60) % 2).astype(np.float64), deal(60)
    )


def with_extreme_numbers() -> Job:
    job = a_job(2, size=60)
    assert isinstance(job.samples, TableSamples)
    weight = pl.Series([1e308, -1e308, 5e-324, float("inf"), float("nan"), None] * 10)
    return replace(job, samples=TableSamples(job.samples.frame.with_columns(weight=weight)))


def with_a_holdout() -> Job:
    job = a_job(0, size=90)
    return replace(job, folds=np.where(job.folds == 0, 0, -1))


def with_a_target_of_huge_numbers() -> Job:
    samples = rows(60)
    return Job(a_task(0), samples, answers(samples, 0) * 1e12 - 1e15, deal(60))


def with_any_number_of_classes() -> Job:
    return a_job_of_many_classes(3, size=60)


def with_a_class_that_one_fold_alone_has() -> Job:
    job = a_job_of_many_classes(2, size=60)
    labels = job.labels.copy()
    labels[:, 1] = job.folds == 0
    return replace(job, labels=labels)


def with_one_class_to_have_or_not() -> Job:
    return a_job_of_many_classes(1, size=60)


def with_sentences_and_dates() -> Job:
    return a_job_with_words(3, size=60)


def with_sentences_that_share_no_word() -> Job:
    samples = TableSamples(pl.DataFrame({"name": [chr(0x4E00 + i) for i in range(60)]}))
    task = a_task(2, (Column("name", ColumnType.TEXT),))
    return Job(task, samples, (np.arange(60) % 2).astype(np.float64), deal(60))


CASES = [
    with_any_number_of_classes,
    with_a_class_that_one_fold_alone_has,
    with_one_class_to_have_or_not,
    with_sentences_and_dates,
    with_sentences_that_share_no_word,
    with_empty_and_constant_columns,
    with_a_class_of_one,
    with_a_class_missing_in_a_fold,
    with_a_row_of_each_fold,
    with_names_alone,
    with_extreme_numbers,
    with_a_holdout,
    with_a_target_of_huge_numbers,
]


QUICKLY: dict[str, dict[str, Any]] = {
    "table.network": {"epochs": 3, "members": 2, "hidden": 16},
    "table.search": {"trials": 3, "rounds": 20},
}


def learners_for(job: Job) -> list[Entry]:
    """Return the first of each kind, with and without means of the target: others differ in other settings."""
    entries = portfolio(job.task, len(job.labels), "cpu")
    first = {(entry.kind, entry.settings.get("means", False)): entry for entry in reversed(entries)}
    return [entry for entry in entries if entry in first.values()]


@pytest.mark.parametrize("case", CASES)
def test_every_learner_ends_with_finite_answers(case: Callable[[], Job]) -> None:
    job = case()
    entries = learners_for(job)
    assert {entry.kind for entry in entries} == {kind for kind in LEARNERS if kind.startswith("table.")}
    for entry in entries:
        settings = {**entry.settings, **QUICKLY.get(entry.kind, {})}
        learner = contract.run_to_the_end(learner_class(entry.kind)(job, settings))
        assert np.isfinite(learner.validation()[job.folds >= 0]).all(), entry.name
        assert np.isfinite(learner.member().predict(job.samples)).all(), entry.name
