"""The LightGBM learner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import Deadline
from engine.modalities.table import means, texts, training
from engine.modalities.table.learners.lightgbm import LightGBM
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.training import table_samples
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import (
    a_job,
    a_job_of_many_classes,
    a_job_of_many_values,
    a_job_with_words,
)

BAG: dict[str, Any] = {"stages": [{"rounds": 60, "patience": 30}], "params": {"learning_rate": 0.1}}
GROWING: dict[str, Any] = {"stages": [{"rows": 60, "folds": 1, "rounds": 20}, {"rounds": 60, "patience": 30}]}


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("settings", [BAG, GROWING])
def test_its_predictions_are_well_formed(classes: int, settings: dict[str, Any]) -> None:
    contract.predictions_are_well_formed(lambda: LightGBM(a_job(classes), settings))


@pytest.mark.parametrize("settings", [BAG, GROWING])
def test_slices_of_any_length_end_alike(settings: dict[str, Any]) -> None:
    contract.tiny_slices_equal_one_long_one(lambda: LightGBM(a_job(2), settings))


def test_a_pause_ends_its_slice() -> None:
    endless = {"stages": [{"rounds": 10**6, "patience": 10**6}]}
    contract.an_interrupted_slice_ends_soon(lambda: LightGBM(a_job(2), endless))


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("settings", [BAG, GROWING])
def test_it_goes_on_after_a_restart(tmp_path: Path, classes: int, settings: dict[str, Any]) -> None:
    make = lambda: LightGBM(a_job(classes), settings)  # noqa: E731
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=0.0)
    contract.restored_when_done_is_done(make, tmp_path / "b")


def test_it_goes_on_after_a_restart_before_its_first_candidate(tmp_path: Path) -> None:
    settings = {"stages": [{"rounds": 1500, "step": 1500}], "params": {"learning_rate": 0.001}}
    first = LightGBM(a_job(2), settings)
    first.advance(Deadline(0.0))
    first.save(tmp_path)
    second = LightGBM(a_job(2), settings)
    second.restore(tmp_path)
    assert np.isnan(second.validation()).all()
    with pytest.raises(RuntimeError, match="no candidate"):
        second.member()
    contract.run_to_the_end_after_restore(second)
    np.testing.assert_allclose(
        second.validation(), contract.run_to_the_end(LightGBM(a_job(2), settings)).validation(), atol=0.0
    )


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_saved_member_answers_the_same(tmp_path: Path, classes: int) -> None:
    contract.a_saved_member_answers_the_same(lambda: LightGBM(a_job(classes), BAG), tmp_path / "m")


def test_a_slice_ends_with_the_stage_so_that_its_candidate_can_be_served() -> None:
    learner = LightGBM(a_job(2), GROWING)
    progress = learner.advance(Deadline(contract.LONG))
    assert progress.improved
    assert not progress.done
    assert np.isfinite(learner.validation()[:, 0]).sum() == 80


def test_after_a_first_look_all_texts_are_read_in_slices_and_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_ROWS_A_PIECE", 10)
    job = a_job_with_words(size=240)
    assert LightGBM.prepare(job, GROWING, Deadline(0.0), begun=False)
    learner = LightGBM(job, GROWING)
    assert contract.until_improved(learner).share == 0.5
    assert not learner.advance(Deadline(0.0)).improved
    assert table_samples(job).fitting
    slices = 1
    while not learner.advance(Deadline(0.0)).improved:
        slices += 1
        assert slices < 500
    assert slices > 24
    assert np.isfinite(learner.validation()).all()


def test_a_stage_that_is_worse_is_not_served() -> None:
    stages = [{"rounds": 60, "patience": 60}, {"rows": 30, "rounds": 1, "step": 1}]
    learner = LightGBM(a_job(2), {"stages": stages})
    learner.advance(Deadline(contract.LONG))
    before = learner.validation()
    assert learner.advance(Deadline(contract.LONG)).done
    np.testing.assert_array_equal(learner.validation(), before)


def test_the_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    sampled = {**BAG, "params": {"feature_fraction": 0.5}}
    one, two, other = (
        contract.run_to_the_end(LightGBM(a_job(2), {**sampled, "seed": seed})).validation() for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_any_number_of_classes_is_told_apart(tmp_path: Path) -> None:
    make: contract.Factory = lambda: LightGBM(a_job_of_many_classes(), BAG)  # noqa: E731
    contract.predictions_are_well_formed(make)
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=0.0)
    contract.a_saved_member_answers_the_same(make, tmp_path / "b")
    learner = contract.run_to_the_end(make())
    answers, labels = learner.validation(), learner.job.labels
    assert (answers[labels > 0.5].mean() - answers[labels < 0.5].mean()) > 0.3


@pytest.mark.parametrize("params", [{"cat_smooth": 50}, {"feature_fraction": 0.5, "cat_smooth": 30}])
def test_values_that_few_rows_have_are_learned_from(tmp_path: Path, params: dict[str, Any]) -> None:
    settings = {**BAG, "params": params, "means": True}
    make: contract.Factory = lambda: LightGBM(a_job_of_many_values(), settings)  # noqa: E731
    learner = contract.run_to_the_end(make())
    answers, labels = learner.validation()[:, 1], learner.job.labels > 0.5
    assert (answers[labels][:, None] > answers[~labels]).mean() > 0.7
    contract.a_saved_member_answers_the_same(make, tmp_path / "a")
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "b", alike=0.0)


def test_folds_of_unlike_sizes_are_shown_the_same_categories(tmp_path: Path) -> None:
    job = a_job_of_many_values(20, 200)  # 100 rows a value lie between what the one fold learns from and the other
    job = replace(job, folds=(np.arange(4000) < 2050).astype(np.int64))
    settings = {"stages": [{"rounds": 10}], "means": True}
    contract.a_saved_member_answers_the_same(lambda: LightGBM(job, settings), tmp_path / "m")


def test_boosters_of_an_older_program_that_knew_no_means_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, settings = a_job_of_many_values(60), {"stages": [{"rounds": 40, "patience": 40}], "means": True}
    with monkeypatch.context() as older:
        older.setattr(means, "MANY_VALUES", 10**9)
        first = LightGBM(job, settings)
        contract.until_improved(first, 0.0)
        (tmp_path / "state").mkdir()
        first.save(tmp_path / "state")
        (tmp_path / "member").mkdir()
        described, answers = first.member().save(tmp_path / "member"), first.member().predict(job.samples)
    del described["means"]  # type: ignore[attr-defined]
    kept = LightGBMMember.load(tmp_path / "member", described, job.task)
    np.testing.assert_array_equal(kept.predict(job.samples), answers)
    second = LightGBM(job, settings)
    second.restore(tmp_path / "state")
    contract.run_to_the_end_after_restore(second)
    assert np.isfinite(second.member().predict(job.samples)).all()


def test_boosters_of_an_older_program_that_were_shown_more_means_are_grown_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, settings = a_job_of_many_values(60), {"stages": [{"rounds": 40, "patience": 40}], "means": True}
    first, second, anew = (LightGBM(job, settings) for _ in range(3))
    contract.until_improved(first, 0.0)
    first.save(tmp_path)
    monkeypatch.setattr(means, "MANY_VALUES", 10**9)
    second.restore(tmp_path)
    contract.run_to_the_end_after_restore(second)
    np.testing.assert_array_equal(second.validation(), contract.run_to_the_end(anew).validation())
    assert np.isfinite(second.member().predict(job.samples)).all()


def test_a_first_look_of_an_older_program_at_all_rows_of_a_fold_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = [{"rows": 60, "folds": 1, "rounds": 40, "patience": 40}]
    with monkeypatch.context() as older:
        older.setattr(training, "MOST_CHECKED", 10**9)
        first = LightGBM(a_job(2), {"stages": stages})
        contract.until_improved(first, 0.0)
        first.save(tmp_path)
    monkeypatch.setattr(training, "MOST_CHECKED", 50)
    second, anew = (LightGBM(a_job(2), {"stages": stages}) for _ in range(2))
    second.restore(tmp_path)
    with pytest.raises(RuntimeError, match="no candidate"):
        second.member()
    contract.run_to_the_end_after_restore(second)
    np.testing.assert_array_equal(second.validation(), contract.run_to_the_end(anew).validation())


def test_it_learns_from_words_and_keeps_them(tmp_path: Path) -> None:
    make: contract.Factory = lambda: LightGBM(a_job_with_words(), BAG)  # noqa: E731
    contract.a_saved_member_answers_the_same(make, tmp_path / "a")
    learner = contract.run_to_the_end(make())
    assert (learner.validation().argmax(axis=1) == learner.job.labels).mean() > 0.9
