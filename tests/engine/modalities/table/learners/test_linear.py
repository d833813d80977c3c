"""The linear learner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event, current_thread
from typing import Any

import numpy as np
import pytest

from engine.modalities.table.learners import linear
from engine.modalities.table.learners.linear import Linear
from engine.modalities.table.members.linear import LinearMember
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import (
    a_job,
    a_job_of_many_classes,
    a_job_of_many_values,
    a_job_with_words,
)

SETTINGS: dict[str, Any] = {"knots": 6}
# A search stopped midway begins anew without its memory of the curvature, and ends nearby.
NEARBY = 0.02


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("knots", [0, 6])
def test_its_predictions_are_well_formed(classes: int, knots: int) -> None:
    contract.predictions_are_well_formed(lambda: Linear(a_job(classes), {"knots": knots}))


def test_slices_of_any_length_end_the_same() -> None:
    contract.tiny_slices_equal_one_long_one(lambda: Linear(a_job(2), SETTINGS))


def test_a_pause_ends_its_slice() -> None:
    contract.an_interrupted_slice_ends_soon(lambda: Linear(a_job(3, size=4000), SETTINGS))


def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    make = lambda: Linear(a_job(3), SETTINGS)  # noqa: E731
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=NEARBY)
    contract.restored_when_done_is_done(make, tmp_path / "b")


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_saved_member_answers_the_same(tmp_path: Path, classes: int) -> None:
    contract.a_saved_member_answers_the_same(lambda: Linear(a_job(classes), SETTINGS), tmp_path / "m")


def test_a_table_too_large_is_learned_from_a_draw_and_checked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "_CELLS", 4_000)
    job = a_job(2, size=3000)
    learner = contract.run_to_the_end(Linear(job, SETTINGS))
    assert np.isfinite(learner.validation()).all()
    member = learner.member()
    assert isinstance(member, LinearMember)
    assert member.expansion.width == 4
    right = learner.validation().argmax(axis=1) == job.labels
    assert right.mean() > 0.75


def test_several_folds_are_fitted_at_once_at_every_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: dict[int, set[str]] = {}
    together = Barrier(2)

    class Watched(Linear):
        def _fit(self, index: int, stop: Event) -> None:
            at_work.setdefault(self._level, set()).add(current_thread().name)
            if index < 2:  # the first two folds are begun side by side, or never
                together.wait(20.0)
            super()._fit(index, stop)

    contract.run_to_the_end(Watched(replace(a_job(2), threads=2), SETTINGS))
    assert len(at_work) > 1
    assert all(len(threads) == 2 for threads in at_work.values())


def test_rare_values_share_weights_where_all_would_have_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make: contract.Factory = lambda: Linear(a_job_of_many_values(), SETTINGS)  # noqa: E731
    whole = Linear(a_job_of_many_values(), SETTINGS)
    monkeypatch.setattr(linear, "_WEIGHTS", 300)
    learner = make()
    assert isinstance(learner, Linear)
    assert learner._best.size <= 300 < whole._best.size
    contract.run_to_the_end(learner)
    member = learner.member()
    assert isinstance(member, LinearMember)
    assert [len(table) for table in member.tables] == [302]
    assert len(np.unique(member.tables[0], axis=0)) < 100
    contract.predictions_are_well_formed(make)
    contract.a_saved_member_answers_the_same(make, tmp_path / "a")


def test_any_number_of_classes_is_told_apart(tmp_path: Path) -> None:
    make: contract.Factory = lambda: Linear(a_job_of_many_classes(), SETTINGS)  # noqa: E731
    contract.predictions_are_well_formed(make)
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=NEARBY)
    contract.a_saved_member_answers_the_same(make, tmp_path / "b")
    learner = contract.run_to_the_end(make())
    answers, labels = learner.validation(), learner.job.labels
    assert (answers[labels > 0.5].mean() - answers[labels < 0.5].mean()) > 0.3


def test_it_learns_from_words_and_keeps_them(tmp_path: Path) -> None:
    make: contract.Factory = lambda: Linear(a_job_with_words(), SETTINGS)  # noqa: E731
    contract.a_saved_member_answers_the_same(make, tmp_path / "a")
    learner = contract.run_to_the_end(make())
    assert (learner.validation().argmax(axis=1) == learner.job.labels).mean() > 0.9


def test_more_weights_of_an_older_program_are_learned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = a_job_of_many_values()
    first = Linear(job, SETTINGS)
    contract.until_improved(first, 0.0)
    first.save(tmp_path)
    monkeypatch.setattr(linear, "_WEIGHTS", 300)
    second = Linear(job, SETTINGS)
    second.restore(tmp_path)
    assert np.isnan(second.validation()).all()
    contract.run_to_the_end_after_restore(second)
    anew = contract.run_to_the_end(Linear(job, SETTINGS))
    np.testing.assert_array_equal(second.validation(), anew.validation())
    assert np.isfinite(second.member().predict(job.samples)).all()
