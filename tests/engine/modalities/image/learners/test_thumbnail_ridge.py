from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.arrays import ByteArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.learners.base import Job
from engine.modalities.image import samples
from engine.modalities.image.decode import decode
from engine.modalities.image.learners.thumbnail_ridge import ThumbnailRidge
from engine.modalities.image.thumbnail import DRAFTED
from tests.engine.learners import contract
from tests.engine.modalities.image.pictures import class_job, number_job, several_job


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return class_job(tmp_path_factory.mktemp("pictures") / "p", each=20)


def test_its_predictions_are_well_formed(job: Job) -> None:
    contract.predictions_are_well_formed(lambda: ThumbnailRidge(job, {}))


def test_slices_of_any_length_end_alike(job: Job) -> None:
    contract.tiny_slices_equal_one_long_one(lambda: ThumbnailRidge(job, {}))


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: ThumbnailRidge(job, {}))


def test_it_goes_on_after_a_restart(job: Job, tmp_path: Path) -> None:
    contract.restored_midway_goes_on_to_the_same_end(lambda: ThumbnailRidge(job, {}), tmp_path / "a")
    contract.restored_when_done_is_done(lambda: ThumbnailRidge(job, {}), tmp_path / "b")


def test_after_a_lack_of_memory_it_goes_on_with_some_of_what_it_had(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.heads.learner._QUICK", 12)
    first, second = ThumbnailRidge(job, {}), ThumbnailRidge(replace(job, frugality=1), {})
    contract.until_improved(first)
    first.save(tmp_path)
    second.restore(tmp_path)
    contract.run_to_the_end_after_restore(second)
    assert second.fitted == len(job.labels) // 4
    assert np.isfinite(second.member().predict(job.samples)).all()


def test_its_saved_member_answers_the_same(job: Job, tmp_path: Path) -> None:
    contract.a_saved_member_answers_the_same(lambda: ThumbnailRidge(job, {}), tmp_path / "m")


def test_it_tells_textures_apart(job: Job) -> None:
    validation = contract.run_to_the_end(ThumbnailRidge(job, {})).validation()
    assert (validation.argmax(axis=1) == job.labels).mean() > 0.8


def test_it_guesses_numbers(tmp_path: Path) -> None:
    job = number_job(tmp_path / "p")
    contract.predictions_are_well_formed(lambda: ThumbnailRidge(job, {}))
    validation = contract.run_to_the_end(ThumbnailRidge(job, {})).validation()[:, 0]
    assert np.mean((validation - job.labels) ** 2) < 0.5 * job.labels.var()


def test_it_takes_no_more_pictures_than_its_limit(job: Job) -> None:
    validation = contract.run_to_the_end(ThumbnailRidge(job, {"limit": 30})).validation()
    assert np.isfinite(validation[:, 0]).sum() == 30


def test_it_says_of_each_class_whether_it_is_there(tmp_path: Path) -> None:
    job = several_job(tmp_path / "p")
    contract.predictions_are_well_formed(lambda: ThumbnailRidge(job, {}))
    contract.a_saved_member_answers_the_same(lambda: ThumbnailRidge(job, {}), tmp_path / "m")
    contract.restored_when_done_is_done(lambda: ThumbnailRidge(job, {}), tmp_path / "r")
    validation = contract.run_to_the_end(ThumbnailRidge(job, {})).validation()
    assert ((validation > 0.5) == (job.labels > 0)).mean() > 0.85


def test_two_classes_of_three_pictures_are_enough(tmp_path: Path) -> None:
    job = class_job(tmp_path / "p", each=3, classes=2)
    contract.predictions_are_well_formed(lambda: ThumbnailRidge(job, {}))


def test_a_class_that_is_never_checked_on_is_still_learned(tmp_path: Path) -> None:
    job = class_job(tmp_path / "p", each=6)
    folds = np.where(job.labels == 2, -1, job.folds)
    job = Job(job.task, job.samples, job.labels, folds)
    learner = contract.run_to_the_end(ThumbnailRidge(job, {}))
    contract.predictions_are_well_formed(lambda: ThumbnailRidge(job, {}))
    last = learner.member().predict(job.samples)[job.labels == 2]
    assert (last.argmax(axis=1) == 2).all()


def test_unreadable_pictures_are_left_out_and_answered_with_the_class_shares(tmp_path: Path) -> None:
    job = class_job(tmp_path / "p", each=8)
    for row in (0, 9):
        (tmp_path / "p" / f"{row}.png").write_bytes(b"no picture")
    learner = contract.run_to_the_end(ThumbnailRidge(job, {}))
    assert np.isnan(learner.validation()[[0, 9]]).all()
    np.testing.assert_allclose(learner.member().predict(job.samples)[[0, 9]], 1 / 3)


def test_pictures_that_all_fail_are_reported_in_a_sentence(tmp_path: Path) -> None:
    job = class_job(tmp_path / "p", each=2)
    for path in (tmp_path / "p").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DataError, match="None of the samples can be read"):
        ThumbnailRidge(job, {}).advance(Deadline(5.0))


def test_there_is_no_member_before_anything_is_learned(job: Job) -> None:
    with pytest.raises(DataError, match="Nothing has been learned yet"):
        ThumbnailRidge(job, {}).member()


def test_it_learns_from_photos_unpacked_in_part_and_is_served_them_as_a_whole(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    least = set[int]()

    def noted(path: str | Path, asked: int = 0) -> ByteArray:
        least.add(asked)
        return decode(path, asked)

    monkeypatch.setattr(samples, "decode", noted)
    learner = contract.run_to_the_end(ThumbnailRidge(job, {}))
    assert least == {DRAFTED}
    least.clear()
    learner.member().predict(job.samples)
    assert least == {0}


def test_it_needs_no_torch() -> None:
    code = "import engine.modalities.image.learners.thumbnail_ridge, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_after_a_lack_of_memory_it_learns_from_fewer_pictures(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract.run_to_the_end(ThumbnailRidge(job, {})).save(tmp_path)
    monkeypatch.setattr("engine.heads.learner._QUICK", 4)
    learner = ThumbnailRidge(replace(job, frugality=1), {})
    assert np.isfinite(contract.run_to_the_end(learner).validation()[:, 0]).sum() == len(job.labels) // 4
    again = ThumbnailRidge(replace(job, frugality=1), {})
    again.restore(tmp_path)
    assert again.seen == again.enough
