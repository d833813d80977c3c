from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import Deadline
from engine.learners.base import Job
from engine.modalities.image.learners.frozen_head import FrozenHead
from engine.modalities.image.samples import ImageSamples
from tests.engine.learners import contract
from tests.engine.modalities.image.pictures import class_job, number_job, several_job

SETTINGS: dict[str, Any] = {"backbone": "efficientnet_lite0", "resolution": 64, "first": 12}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("pictures")
    return class_job(folder / "p", each=16, cache=folder / "cache")


def uncached(job: Job) -> Job:
    """The same job, whose features are computed anew."""
    assert isinstance(job.samples, ImageSamples)
    samples = ImageSamples(job.samples.references, job.samples.content)
    return Job(job.task, samples, job.labels, job.folds)


@pytest.mark.parametrize("cached", [True, False])
def test_it_keeps_the_contract_and_tells_textures_apart(job: Job, tmp_path: Path, cached: bool) -> None:
    make = (lambda: FrozenHead(job, SETTINGS)) if cached else (lambda: FrozenHead(uncached(job), SETTINGS))
    one = contract.slices_and_restarts_change_nothing(make, tmp_path)
    contract.its_predictions_are_well_formed(one)
    assert (one.validation().argmax(axis=1) == job.labels).mean() > 0.9


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: FrozenHead(uncached(job), SETTINGS))


def test_features_computed_before_a_restart_are_not_computed_again(job: Job, tmp_path: Path) -> None:
    first = FrozenHead(uncached(job), SETTINGS)
    contract.until_improved(first)
    done = first.tables[0].done.copy()
    first.save(tmp_path)
    second = FrozenHead(uncached(job), SETTINGS)
    second.restore(tmp_path)
    assert done.any()
    np.testing.assert_array_equal(second.tables[0].done, done)


def test_who_is_done_holds_no_features_any_more(job: Job, tmp_path: Path) -> None:
    contract.run_to_the_end(FrozenHead(job, SETTINGS))
    learner = contract.run_to_the_end(FrozenHead(job, SETTINGS))  # all features lie on disk
    assert isinstance(learner, FrozenHead)
    assert not learner._tables
    assert learner.share() == 1.0
    learner.save(tmp_path)
    learner.member().predict(job.samples)
    assert not learner._tables


def test_its_saved_member_answers_the_same(job: Job, tmp_path: Path) -> None:
    contract.a_saved_member_answers_the_same(lambda: FrozenHead(job, SETTINGS | {"middle": True}), tmp_path / "m")


def test_the_first_candidate_comes_after_a_part_of_the_pictures(job: Job) -> None:
    learner = FrozenHead(uncached(job), SETTINGS)
    progress = learner.advance(Deadline(contract.LONG))
    assert progress.improved
    assert not progress.done
    assert np.isfinite(learner.validation()[:, 0]).sum() == 12


def test_the_middle_is_averaged_in(job: Job) -> None:
    learner = FrozenHead(job, SETTINGS | {"middle": True})
    contract.run_to_the_end(learner)
    whole, middle = learner.tables
    rows = np.arange(3)
    np.testing.assert_allclose(learner.features_of(rows), (whole.features[rows] + middle.features[rows]) / 2, atol=1e-6)
    assert np.abs(whole.features - middle.features).max() > 1e-3


def test_it_guesses_numbers(tmp_path: Path) -> None:
    job = number_job(tmp_path / "p")
    validation = contract.run_to_the_end(FrozenHead(job, SETTINGS)).validation()[:, 0]
    assert np.mean((validation - job.labels) ** 2) < 0.5 * job.labels.var()


def test_it_says_of_each_class_whether_it_is_there(tmp_path: Path) -> None:
    job = several_job(tmp_path / "p")
    one = contract.run_to_the_end(FrozenHead(job, SETTINGS))
    contract.its_predictions_are_well_formed(one)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")
    contract.restored_it_is_done(one, lambda: FrozenHead(job, SETTINGS), tmp_path / "r")
    assert ((one.validation() > 0.5) == (job.labels > 0)).mean() > 0.85


def test_two_classes_of_three_pictures_are_enough(tmp_path: Path) -> None:
    job = class_job(tmp_path / "p", each=3, classes=2)
    contract.predictions_are_well_formed(lambda: FrozenHead(job, SETTINGS))


def test_unreadable_pictures_are_left_out_and_answered_with_the_class_shares(tmp_path: Path) -> None:
    job = class_job(tmp_path / "p", each=4, cache=tmp_path / "cache")
    (tmp_path / "p" / "5.png").write_bytes(b"")
    learner = contract.run_to_the_end(FrozenHead(job, SETTINGS))
    assert np.isnan(learner.validation()[5]).all()
    np.testing.assert_allclose(learner.member().predict(job.samples)[5], 1 / 3)
