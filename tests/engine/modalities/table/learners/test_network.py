"""The network learner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.budget import Deadline
from engine.modalities.table.learners import network
from engine.modalities.table.learners.network import Network
from engine.modalities.table.samples import TableSamples
from tests.engine.clocks import Clock
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job, a_job_of_many_classes, a_job_with_words

SETTINGS: dict[str, Any] = {"epochs": 4, "members": 2, "hidden": 16}
EXACTLY = 1e-12


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("members", [1, 3])
def test_its_predictions_are_well_formed(classes: int, members: int) -> None:
    contract.predictions_are_well_formed(lambda: Network(a_job(classes), {**SETTINGS, "members": members}))


def test_slices_of_any_length_end_alike() -> None:
    contract.tiny_slices_equal_one_long_one(lambda: Network(a_job(3), SETTINGS))


def test_a_pause_ends_its_slice() -> None:
    contract.an_interrupted_slice_ends_soon(lambda: Network(a_job(3, size=4000), SETTINGS))


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_saved_member_answers_the_same(tmp_path: Path, classes: int) -> None:
    contract.a_saved_member_answers_the_same(lambda: Network(a_job(classes), SETTINGS), tmp_path / "m")


def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    make = lambda: Network(a_job(3), SETTINGS)  # noqa: E731
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a")
    contract.restored_when_done_is_done(make, tmp_path / "b")


def test_a_restart_after_every_slice_changes_nothing(tmp_path: Path) -> None:
    whole = contract.run_to_the_end(Network(a_job(2), SETTINGS))
    learner, done, turns = Network(a_job(2), SETTINGS), False, 0
    while not done:
        done = learner.advance(Deadline(1e-6)).done
        turns += 1
        folder = tmp_path / str(turns)
        folder.mkdir()
        learner.save(folder)
        learner = Network(a_job(2), SETTINGS)
        learner.restore(folder)
    assert turns > 30
    np.testing.assert_allclose(learner.validation(), whole.validation(), atol=EXACTLY)
    rows = learner.job.samples
    np.testing.assert_allclose(learner.member().predict(rows), whole.member().predict(rows), atol=EXACTLY)


def test_what_a_fold_is_checked_on_is_not_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MOMENTS", (1.0,))  # the best moment is chosen by the labels of all checked rows
    job = a_job(2)
    changed = replace(job, labels=np.where(job.folds == 1, 1.0 - job.labels, job.labels))
    before, after = (contract.run_to_the_end(Network(each, SETTINGS)).validation() for each in (job, changed))
    np.testing.assert_array_equal(before[job.folds == 1], after[job.folds == 1])
    assert not np.allclose(before[job.folds == 0], after[job.folds == 0])


def test_it_tells_classes_apart_and_finds_numbers() -> None:
    job = a_job(2, size=600)
    learner = contract.run_to_the_end(Network(job, {**SETTINGS, "epochs": 20}))
    assert (learner.validation().argmax(axis=1) == job.labels).mean() > 0.75
    job = a_job(0, size=600)
    answers = contract.run_to_the_end(Network(job, {**SETTINGS, "epochs": 30})).validation()[:, 0]
    assert np.corrcoef(np.log(answers), np.log(job.labels))[0, 1] > 0.7


def test_any_number_of_classes_is_told_apart(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Network(a_job_of_many_classes(), {**SETTINGS, "epochs": 15}))
    contract.its_predictions_are_well_formed(learner)
    contract.its_saved_member_answers_the_same(learner, tmp_path / "b")
    answers, labels = learner.validation(), learner.job.labels
    assert (answers[labels > 0.5].mean() - answers[labels < 0.5].mean()) > 0.3


def test_it_learns_from_words_and_keeps_them(tmp_path: Path) -> None:
    contract.a_saved_member_answers_the_same(lambda: Network(a_job_with_words(), SETTINGS), tmp_path / "a")


def test_a_table_without_a_useful_column_is_survived() -> None:
    job = a_job(2, size=60)
    empty = job.samples.frame.with_columns(  # type: ignore[attr-defined]
        weight=pl.lit(None, pl.Float64), bought=pl.lit(1.0), colour=pl.lit("red"), shop=pl.lit(None, pl.String)
    )
    contract.predictions_are_well_formed(lambda: Network(replace(job, samples=TableSamples(empty)), SETTINGS))


@pytest.mark.parametrize("size", [3, 7])
def test_a_handful_of_rows_is_enough(size: int) -> None:
    contract.predictions_are_well_formed(lambda: Network(a_job(2, size=size), SETTINGS))


def test_it_fits_its_cycle_into_its_share_of_the_budget() -> None:
    learner, clock, budget = Network(a_job(2, size=1200), {**SETTINGS, "epochs": 1000}), Clock(1.0), 400.0
    progress = learner.advance(Deadline(1e9, now=clock, left=budget))
    assert progress.done
    assert progress.improved
    assert 0.1 * budget < clock.time < budget


def test_it_is_left_out_where_even_a_few_turns_take_too_long() -> None:
    progress = Network(a_job(2, size=1200), SETTINGS).advance(Deadline(1e9, now=Clock(1.0), left=20.0))
    assert progress.done
    assert not progress.improved


def test_what_loading_takes_after_a_restart_is_no_step(tmp_path: Path) -> None:
    job, settings, clock = a_job(2, size=1200), {**SETTINGS, "epochs": 1000}, Clock(1.0)
    learner = Network(job, settings)
    assert 0.0 < learner.advance(Deadline(300.0, now=clock, left=40_000.0)).share < 0.1
    learner.save(tmp_path)
    again = Network(job, settings)
    again.restore(tmp_path)
    deadline = Deadline(3_060.0, now=clock, left=39_000.0)
    clock.time += 3_000.0
    assert again.advance(deadline).share < 0.1
    assert again._pace.spent > learner._pace.spent + 3_000.0
    assert again._pace.step_s == pytest.approx(learner._pace.step_s)


def test_short_memory_makes_its_steps_and_checks_smaller() -> None:
    job = a_job(2, size=16_000)
    full, short = (Network(replace(job, frugality=frugality), SETTINGS)._descent for frugality in (0, 2))
    assert short.batch == full.batch // 4
    assert short.checked_at_once == full.checked_at_once // 4
