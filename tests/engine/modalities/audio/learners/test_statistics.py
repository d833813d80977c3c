from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.budget import Deadline
from engine.errors import DataError
from engine.learners.base import Job
from engine.modalities.audio.learners.statistics import Statistics
from tests.engine.learners import contract
from tests.engine.modalities.audio.sounds import class_job, number_job, uncached


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("sounds")
    return class_job(folder / "s", each=16, cache=folder / "cache")


def test_its_predictions_are_well_formed(job: Job) -> None:
    contract.predictions_are_well_formed(lambda: Statistics(job, {}))


def test_slices_of_any_length_end_alike(job: Job) -> None:
    contract.tiny_slices_equal_one_long_one(lambda: Statistics(uncached(job), {}))


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: Statistics(uncached(job), {}))


@pytest.mark.parametrize("cached", [True, False])
def test_it_goes_on_after_a_restart(job: Job, tmp_path: Path, cached: bool) -> None:
    make = (lambda: Statistics(job, {})) if cached else (lambda: Statistics(uncached(job), {}))
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a")
    contract.restored_when_done_is_done(make, tmp_path / "b")


def test_its_saved_member_answers_the_same(job: Job, tmp_path: Path) -> None:
    contract.a_saved_member_answers_the_same(lambda: Statistics(job, {}), tmp_path / "m")


def test_it_tells_sounds_apart(job: Job) -> None:
    validation = contract.run_to_the_end(Statistics(job, {})).validation()
    assert (validation.argmax(axis=1) == job.labels).mean() > 0.9


def test_it_guesses_numbers(tmp_path: Path) -> None:
    job = number_job(tmp_path / "s")
    contract.predictions_are_well_formed(lambda: Statistics(job, {}))
    validation = contract.run_to_the_end(Statistics(job, {})).validation()[:, 0]
    assert np.mean((validation - job.labels) ** 2) < 0.5 * job.labels.var()


def test_a_short_slice_fits_on_the_sounds_it_had_time_for(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=60)
    learner = Statistics(job, {})
    assert contract.until_improved(learner, contract.TINY).share < 1.0
    assert 6 <= np.isfinite(learner.validation()[:, 0]).sum() < 180
    contract.run_to_the_end(learner)
    assert np.isfinite(learner.validation()).all()


def test_statistics_heard_before_a_restart_are_not_computed_again(job: Job, tmp_path: Path) -> None:
    first = Statistics(uncached(job), {})
    first.advance(Deadline(contract.TINY))
    done = first.tables[0].done.copy()
    first.save(tmp_path)
    second = Statistics(uncached(job), {})
    second.restore(tmp_path)
    assert done.any()
    np.testing.assert_array_equal(second.tables[0].done, done)


def test_two_classes_of_three_sounds_are_enough(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=3, classes=2)
    contract.predictions_are_well_formed(lambda: Statistics(job, {}))


def test_unreadable_sounds_are_left_out_and_answered_with_the_class_shares(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=8)
    for row in (0, 9):
        (tmp_path / "s" / f"{row}.wav").write_bytes(b"no sound")
    learner = contract.run_to_the_end(Statistics(job, {}))
    assert np.isnan(learner.validation()[[0, 9]]).all()
    np.testing.assert_allclose(learner.member().predict(job.samples)[[0, 9]], 1 / 3)


def test_sounds_that_all_fail_are_reported_in_a_sentence(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=2)
    for path in (tmp_path / "s").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DataError, match="None of the samples can be read"):
        Statistics(job, {}).advance(Deadline(5.0))


def test_there_is_no_member_before_anything_is_learned(job: Job) -> None:
    with pytest.raises(DataError, match="Nothing has been learned yet"):
        Statistics(job, {}).member()


def test_it_needs_no_torch(tmp_path: Path) -> None:
    class_job(tmp_path / "s", each=3)
    code = (
        "import sys, numpy as np, pathlib;"
        "from engine.modalities.audio.samples import AudioSamples;"
        "from engine.modalities.audio.statistics import StatisticsKind;"
        "import engine.modalities.audio.learners.statistics;"
        "from engine.features.table import FeatureTable;"
        "sounds = AudioSamples.from_paths(sorted(pathlib.Path(sys.argv[1]).iterdir()));"
        "assert FeatureTable(sounds, StatisticsKind(), 'cpu', 2).advance(np.arange(len(sounds)));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], check=False).returncode == 0
