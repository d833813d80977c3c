from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import Deadline
from engine.errors import DataError
from engine.features.table import FeatureTable
from engine.learners.base import Job
from engine.modalities.audio.kinds import EVENTS, KINDS, PACES, PICTURES, SPEECH, STATISTICS, kinds
from engine.modalities.audio.learners.finetune import AudioNet
from engine.modalities.audio.learners.head import Head
from engine.modalities.audio.samples import AudioSamples
from tests.engine.learners import contract
from tests.engine.modalities.audio.sounds import class_job, number_job, several_job, uncached

SETTINGS: list[dict[str, Any]] = [
    {},
    {"backbone": EVENTS},
    {"backbone": SPEECH, "heard": [SPEECH, STATISTICS]},
    {"backbone": SPEECH, "heard": [PACES, PICTURES]},
]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("sounds")
    return class_job(folder / "s", each=8, cache=folder / "cache")


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_its_predictions_are_well_formed_and_its_saved_member_answers_the_same(
    job: Job, settings: dict[str, Any], tmp_path: Path
) -> None:
    one = contract.run_to_the_end(Head(job, settings))
    contract.its_predictions_are_well_formed(one)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("settings", SETTINGS[:2], ids=str)
def test_slices_and_restarts_change_nothing_and_it_tells_sounds_apart(
    job: Job, settings: dict[str, Any], cached: bool, tmp_path: Path
) -> None:
    make = (lambda: Head(job, settings)) if cached else (lambda: Head(uncached(job), settings))
    one = contract.slices_and_restarts_change_nothing(make, tmp_path)
    contract.an_interrupted_slice_ends_soon(make)
    assert (one.validation().argmax(axis=1) == job.labels).mean() > 0.9


@pytest.mark.parametrize("settings", SETTINGS[:2], ids=str)
def test_it_guesses_numbers(tmp_path: Path, settings: dict[str, Any]) -> None:
    job = number_job(tmp_path / "s")
    one = contract.run_to_the_end(Head(job, settings))
    contract.its_predictions_are_well_formed(one)
    assert np.mean((one.validation()[:, 0] - job.labels) ** 2) < 0.5 * job.labels.var()


def test_it_tells_several_classes(tmp_path: Path) -> None:
    job = several_job(tmp_path / "s")
    one = contract.run_to_the_end(Head(job, {"backbone": EVENTS}))
    contract.its_predictions_are_well_formed(one)
    assert ((one.validation() > 0.5) == (job.labels > 0.5)).mean() > 0.9


def test_a_short_slice_fits_on_the_sounds_it_had_time_for(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=60)
    learner = Head(job, {})
    assert contract.until_improved(learner, contract.TINY).share < 1.0
    assert 6 <= np.isfinite(learner.validation()[:, 0]).sum() < 180
    contract.run_to_the_end(learner)
    assert np.isfinite(learner.validation()).all()


def test_what_was_heard_before_a_restart_is_not_computed_again(job: Job, tmp_path: Path) -> None:
    first = Head(uncached(job), {})
    first.advance(Deadline(contract.TINY))
    done = first.tables[0].done.copy()
    first.save(tmp_path)
    second = Head(uncached(job), {})
    second.restore(tmp_path)
    assert done.any()
    np.testing.assert_array_equal(second.tables[0].done, done)


def test_its_share_is_not_told_while_loading_a_network_was_most_of_the_work(job: Job) -> None:
    learner = Head(uncached(job), {"backbone": EVENTS})
    for heard, share in ((3, 0.0), (15, 0.0), (16, 16 / 24), (24, 1.0)):
        learner.tables[0].advance(learner.order[:heard])
        assert learner.share() == pytest.approx(share)


def test_two_classes_of_three_sounds_are_enough(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=3, classes=2)
    contract.predictions_are_well_formed(lambda: Head(job, {}))


@pytest.mark.parametrize("settings", SETTINGS[:2], ids=str)
def test_unreadable_sounds_are_left_out_and_answered_with_the_class_shares(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    job = class_job(tmp_path / "s", each=8)
    for row in (0, 9):
        (tmp_path / "s" / f"{row}.wav").write_bytes(b"no sound")
    learner = contract.run_to_the_end(Head(job, settings))
    assert np.isnan(learner.validation()[[0, 9]]).all()
    np.testing.assert_allclose(learner.member().predict(job.samples)[[0, 9]], 1 / 3)


def test_a_sound_that_went_away_after_a_part_of_its_features_was_kept_leaves_the_others_alone(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=8, cache=tmp_path / "cache")
    assert isinstance(job.samples, AudioSamples)
    described = AudioSamples(job.samples.references, job.samples.content, job.samples.cache)
    (speech,) = kinds([SPEECH])
    assert FeatureTable(described, speech, "cpu", 2).advance(np.arange(24))
    (tmp_path / "s" / "3.wav").unlink()
    learner = contract.run_to_the_end(Head(job, {"backbone": SPEECH, "heard": [SPEECH, STATISTICS]}))
    assert np.isfinite(learner.validation()).all(axis=1).tolist() == [row != 3 for row in range(24)]
    answers = learner.member().predict(job.samples)
    np.testing.assert_allclose(answers[3], 1 / 3)
    assert np.isfinite(answers).all()


def test_sounds_that_all_fail_are_reported_in_a_sentence(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=2)
    for path in (tmp_path / "s").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DataError, match="None of the samples can be read"):
        Head(job, {}).advance(Deadline(5.0))


def test_there_is_no_member_before_anything_is_learned(job: Job) -> None:
    with pytest.raises(DataError, match="Nothing has been learned yet"):
        Head(job, {}).member()


def test_sounds_in_no_fold_are_learned_from_but_not_checked(job: Job) -> None:
    folds = job.folds.copy()
    folds[:2] = -1
    learner = contract.run_to_the_end(Head(dataclasses.replace(job, folds=folds), {}))
    assert np.isnan(learner.validation()[:2]).all()
    assert np.isfinite(learner.validation()[2:]).all()


def test_every_kind_of_features_has_its_name_and_its_length() -> None:
    noise = np.random.default_rng(0).normal(0.0, 0.1, 20_000).astype(np.float32)
    sounds = AudioSamples.from_arrays([(noise, 16_000)])
    for name, kind in zip(KINDS, kinds(KINDS), strict=True):
        found = kind.compute(sounds, np.arange(1), "cpu")
        assert found.shape == (1, kind.length)
        assert kind.name.startswith(name.removesuffix("_at_paces")) or name == STATISTICS
    assert len({kind.name for kind in kinds(KINDS)}) == len(KINDS)


def test_statistics_need_no_torch(tmp_path: Path) -> None:
    class_job(tmp_path / "s", each=3)
    code = (
        "import sys, numpy as np, pathlib;"
        "from engine.modalities.audio.samples import AudioSamples;"
        "from engine.modalities.audio.kinds import STATISTICS, kinds;"
        "import engine.modalities.audio.learners.head;"
        "from engine.features.table import FeatureTable;"
        "sounds = AudioSamples.from_paths(sorted(pathlib.Path(sys.argv[1]).iterdir()));"
        "(kind,) = kinds([STATISTICS]);"
        "assert FeatureTable(sounds, kind, 'cpu', 2).advance(np.arange(len(sounds)));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], check=False).returncode == 0


@pytest.mark.parametrize("make", [lambda job: Head(job, {}), AudioNet], ids=["head", "tuned"])
def test_after_a_lack_of_memory_no_decoded_sounds_are_kept(make: Callable[[Job], object], tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=4)
    assert isinstance(job.samples, AudioSamples)
    job.samples.wave(0)
    make(dataclasses.replace(job, frugality=1))
    for path in job.samples.references:
        Path(path).unlink()
    with pytest.raises(DataError):
        job.samples.wave(0)
