from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.learners.base import Job
from engine.modalities.audio.learners.frozen_head import FrozenHead
from tests.engine.learners import contract
from tests.engine.modalities.audio.sounds import class_job, number_job, several_job, uncached


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("sounds")
    return class_job(folder / "s", each=8, cache=folder / "cache")


@pytest.mark.parametrize("pictures", [False, True])
def test_its_predictions_are_well_formed(job: Job, pictures: bool) -> None:
    contract.predictions_are_well_formed(lambda: FrozenHead(job, {"pictures": pictures}))


def test_slices_of_any_length_end_alike(job: Job) -> None:
    contract.tiny_slices_equal_one_long_one(lambda: FrozenHead(uncached(job), {}))


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: FrozenHead(uncached(job), {}))


@pytest.mark.parametrize("cached", [True, False])
def test_it_goes_on_after_a_restart(job: Job, tmp_path: Path, cached: bool) -> None:
    make = (lambda: FrozenHead(job, {})) if cached else (lambda: FrozenHead(uncached(job), {}))
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a")
    contract.restored_when_done_is_done(make, tmp_path / "b")


@pytest.mark.parametrize("pictures", [False, True])
def test_its_saved_member_answers_the_same(job: Job, tmp_path: Path, pictures: bool) -> None:
    contract.a_saved_member_answers_the_same(lambda: FrozenHead(job, {"pictures": pictures}), tmp_path / "m")


def test_it_tells_sounds_apart(job: Job) -> None:
    validation = contract.run_to_the_end(FrozenHead(job, {})).validation()
    assert (validation.argmax(axis=1) == job.labels).mean() > 0.9


def test_it_guesses_numbers(tmp_path: Path) -> None:
    job = number_job(tmp_path / "s")
    contract.predictions_are_well_formed(lambda: FrozenHead(job, {}))
    validation = contract.run_to_the_end(FrozenHead(job, {})).validation()[:, 0]
    assert np.mean((validation - job.labels) ** 2) < 0.5 * job.labels.var()


def test_it_tells_several_classes(tmp_path: Path) -> None:
    job = several_job(tmp_path / "s")
    contract.predictions_are_well_formed(lambda: FrozenHead(job, {}))
    validation = contract.run_to_the_end(FrozenHead(job, {})).validation()
    assert ((validation > 0.5) == (job.labels > 0.5)).mean() > 0.9


def test_unreadable_sounds_are_answered_with_the_class_shares(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=5)
    (tmp_path / "s" / "7.wav").write_bytes(b"no sound")
    learner = contract.run_to_the_end(FrozenHead(job, {}))
    assert np.isnan(learner.validation()[7]).all()
    np.testing.assert_allclose(learner.member().predict(job.samples)[7], 1 / 3)


def test_sounds_in_no_fold_are_learned_from_but_not_checked(job: Job) -> None:
    folds = job.folds.copy()
    folds[:2] = -1
    learner = contract.run_to_the_end(FrozenHead(dataclasses.replace(job, folds=folds), {}))
    assert np.isnan(learner.validation()[:2]).all()
    assert np.isfinite(learner.validation()[2:]).all()


def test_torch_is_not_waited_for_before_it_is_needed() -> None:
    code = (
        "import engine.modalities.audio.learners.frozen_head, engine.modalities.audio.members.features, sys;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
