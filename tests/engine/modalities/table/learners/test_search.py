"""The search for settings of LightGBM."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import Deadline
from engine.learners.base import Job
from engine.modalities.table.learners.lightgbm import LightGBM
from engine.modalities.table.learners.search import Search
from engine.modalities.table.members.lightgbm import LightGBMMember
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job, a_job_of_many_classes

SETTINGS: dict[str, Any] = {"trials": 4, "rounds": 20, "starts": [{"num_leaves": 4}, {"num_leaves": 8}]}
ONE_TRIAL: dict[str, Any] = {**SETTINGS, "trials": 1}
HOPELESS = {"num_leaves": 4, "min_data_in_leaf": 80, "learning_rate": 0.03, "lambda_l2": 30.0}
EXACTLY = 1e-12


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_predictions_are_well_formed(classes: int) -> None:
    contract.predictions_are_well_formed(lambda: Search(a_job(classes), SETTINGS))


def test_slices_of_any_length_end_alike() -> None:
    contract.tiny_slices_equal_one_long_one(lambda: Search(a_job(2), SETTINGS))


def test_a_pause_ends_its_slice() -> None:
    contract.an_interrupted_slice_ends_soon(lambda: Search(a_job(3, size=4000), SETTINGS))


@pytest.mark.parametrize("classes", [0, 2])
def test_its_saved_member_answers_the_same(tmp_path: Path, classes: int) -> None:
    contract.a_saved_member_answers_the_same(lambda: Search(a_job(classes), SETTINGS), tmp_path / "m")


def test_it_goes_on_after_a_restart_exactly_as_without(tmp_path: Path) -> None:
    make = lambda: Search(a_job(3), {**SETTINGS, "trials": 6})  # noqa: E731
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=EXACTLY)
    contract.restored_when_done_is_done(make, tmp_path / "b")


def test_any_number_of_classes_is_told_apart(tmp_path: Path) -> None:
    make: contract.Factory = lambda: Search(a_job_of_many_classes(), {**SETTINGS, "rounds": 40})  # noqa: E731
    contract.predictions_are_well_formed(make)
    contract.a_saved_member_answers_the_same(make, tmp_path / "b")
    learner = contract.run_to_the_end(make())
    answers, labels = learner.validation(), learner.job.labels
    assert (answers[labels > 0.5].mean() - answers[labels < 0.5].mean()) > 0.3


def test_a_clearly_worse_trial_is_dropped_after_some_folds(caplog: pytest.LogCaptureFixture) -> None:
    settings = {"trials": 2, "rounds": 60, "starts": [{"num_leaves": 8, "min_data_in_leaf": 5}, HOPELESS]}
    with caplog.at_level(logging.INFO):
        learner = contract.run_to_the_end(Search(a_job(2, size=600), settings))
    first, second = (record.getMessage() for record in caplog.records)
    assert "trial 1, tried on all folds" in first
    assert "trial 2, dropped early: gain -" in second
    assert '"min_data_in_leaf": 80' in second
    member = learner.member()
    assert isinstance(member, LightGBMMember)
    assert len(member.boosters) == 3


def test_a_better_trial_takes_over() -> None:
    job = a_job(2, size=600)
    poor = contract.run_to_the_end(Search(job, {"trials": 1, "rounds": 60, "starts": [HOPELESS]}))
    both = {"trials": 2, "rounds": 60, "starts": [HOPELESS, {"num_leaves": 8, "min_data_in_leaf": 5}]}
    better = contract.run_to_the_end(Search(job, both))
    assert _loss(better, job.labels) < _loss(poor, job.labels) - 0.01


def test_a_single_trial_is_the_bag_with_those_settings() -> None:
    job = replace(a_job(0, size=300), threads=3)
    params = {"num_leaves": 6, "bagging_freq": 1, "lambda_l2": 0.001, "path_smooth": 0.01}
    searched = contract.run_to_the_end(Search(job, {"trials": 1, "rounds": 30, "starts": [params]}))
    bag = contract.run_to_the_end(LightGBM(job, {"stages": [{"rounds": 30, "patience": 50}], "params": params}))
    np.testing.assert_allclose(searched.validation(), bag.validation(), rtol=1e-9)


def test_the_boosters_of_a_trial_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    write = Path.write_text

    def noted(path: Path, text: str, encoding: str) -> int:
        written.append(path)
        return write(path, text, encoding=encoding)

    learner = Search(a_job(2), SETTINGS)
    contract.until_improved(learner)
    monkeypatch.setattr(Path, "write_text", noted)
    for slice_ in "abc":
        (tmp_path / slice_).mkdir()
        learner.save(tmp_path / slice_)
    trials = [path for path in written if path.name.startswith("trial-")]
    assert trials
    assert {path.parent.name for path in trials} == {"a"}
    shutil.rmtree(tmp_path / "a")
    again = Search(a_job(2), SETTINGS)
    again.restore(tmp_path / "c")
    np.testing.assert_array_equal(
        again.member().predict(learner.job.samples), learner.member().predict(learner.job.samples)
    )
    (tmp_path / "d").mkdir()
    again.save(tmp_path / "d")
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == sorted(
        path.name for path in (tmp_path / "c").iterdir()
    )


def test_before_its_first_candidate_it_has_checked_nothing() -> None:
    learner = Search(a_job(3), SETTINGS)
    assert learner.validation().shape == (240, 3)
    assert np.isnan(learner.validation()).all()


def test_what_an_older_program_kept_of_trials_is_read(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Search(a_job(2), SETTINGS))
    learner.save(tmp_path)
    state = json.loads((tmp_path / "state.json").read_text())
    for place, trial in enumerate(state["trials"]):
        trial["texts"] = json.loads((tmp_path / f"trial-{place}.json").read_text())
        (tmp_path / f"trial-{place}.json").unlink()
    (tmp_path / "state.json").write_text(json.dumps(state))
    again = Search(a_job(2), SETTINGS)
    again.restore(tmp_path)
    rows = learner.job.samples
    np.testing.assert_array_equal(again.member().predict(rows), learner.member().predict(rows))


def in_the_middle_of_a_trial(job: Job, path: Path) -> Path:
    """Work in slices as short as can be, each of them saved, until some folds of the trial are grown; return where."""
    learner, slices = Search(job, ONE_TRIAL), 0
    while True:
        folder = path / str(slices)
        folder.mkdir(parents=True)
        assert not learner.advance(Deadline(0.0)).done
        learner.save(folder)
        if json.loads((folder / "trial-0.json").read_text()):
            return folder
        slices += 1
        assert slices < 1000


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize(("before", "after"), [(2, 4), (4, 2), (2, 8)])
def test_with_another_number_of_threads_each_fold_is_grown_once(
    before: int, after: int, older: bool, tmp_path: Path
) -> None:
    job = replace(a_job(2, folds=5), threads=before)
    folder = in_the_middle_of_a_trial(job, tmp_path)
    if older:
        state = json.loads((folder / "state.json").read_text())
        assert state.pop("running")
        (folder / "state.json").write_text(json.dumps({**state, "rung": 1}))
    again = Search(replace(job, threads=after), ONE_TRIAL)
    again.restore(folder)
    contract.run_to_the_end_after_restore(again)
    member = again.member()
    assert isinstance(member, LightGBMMember)
    assert len(member.boosters) == 5
    whole = contract.run_to_the_end(Search(job, ONE_TRIAL))
    np.testing.assert_allclose(again.validation(), whole.validation(), atol=EXACTLY)


def test_a_trial_of_which_an_older_program_passed_folds_over_is_set_aside(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Search(a_job(2), SETTINGS))
    learner.save(tmp_path)
    boosters = json.loads((tmp_path / "trial-0.json").read_text())
    (tmp_path / "trial-0.json").write_text(json.dumps(boosters[:-1]))
    again = Search(a_job(2), SETTINGS)
    again.restore(tmp_path)
    assert np.isnan(again.validation()).all()
    contract.run_to_the_end(again)
    np.testing.assert_allclose(again.validation(), learner.validation(), atol=EXACTLY)


def test_it_keeps_to_its_share_of_the_budget() -> None:
    learner = Search(a_job(2), {**SETTINGS, "trials": 10_000, "share": 0.5})
    seconds, slices, done = 0.0, 0, False
    while not done:
        deadline = Deadline(0.2, left=4.0 - seconds)
        progress = learner.advance(deadline)
        seconds, slices, done = seconds + deadline.elapsed, slices + 1, progress.done
        assert slices < 100
    assert 2.0 <= seconds < 4.0


def _loss(learner: Any, labels: Any) -> float:
    answers = learner.validation()
    return float(-np.log(answers[np.arange(len(labels)), labels.astype(int)]).mean())
