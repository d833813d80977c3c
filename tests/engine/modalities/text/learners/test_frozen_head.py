from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import Deadline
from engine.ensemble.leaderboard import Entrant, fit_to_serve
from engine.errors import DataError, ModelError
from engine.learners.base import Job
from engine.modalities.text.features import FeatureKind
from engine.modalities.text.glance import Glance
from engine.modalities.text.learners.frozen_head import FrozenHead
from engine.modalities.text.members.features import FeaturesMember
from engine.modalities.text.samples import TextSamples
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, number_job, several_job

SETTINGS: dict[str, Any] = {"first": 24}
JOBS = {"classes": class_job, "several": several_job, "numbers": number_job}


@pytest.mark.parametrize("kind", JOBS)
def test_it_keeps_the_contract_for_every_kind_of_answer(kind: str, tmp_path: Path) -> None:
    def anew() -> FrozenHead:  # a job that remembers no features
        return FrozenHead(JOBS[kind](), SETTINGS)

    one = contract.slices_and_restarts_change_nothing(anew, tmp_path, alike=1e-3)
    contract.an_interrupted_slice_ends_soon(anew)
    contract.its_predictions_are_well_formed(one)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def test_it_tells_topics_apart() -> None:
    job = class_job()
    learner = FrozenHead(job, SETTINGS)
    assert learner.advance(Deadline(contract.LONG)).improved
    assert np.isfinite(learner.validation()[:, 0]).sum() == 24
    validation = contract.run_to_the_end(learner).validation()
    assert (validation.argmax(axis=1) == job.labels).mean() > 0.9


@pytest.fixture
def quarter(monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that has run out of memory once, of which 15 of 60 texts are to be learned from."""
    monkeypatch.setattr("engine.heads.learner._QUICK", 4)
    return replace(class_job(), frugality=1)


def test_after_a_lack_of_memory_features_of_few_are_kept_and_yet_all_texts_answered(quarter: Job) -> None:
    learner = FrozenHead(quarter, {})
    contract.run_to_the_end(learner)
    assert learner.looks.tables[0].features.shape[0] == len(learner.order) == 15
    validation, full = learner.validation(), Entrant("full", np.full((60, 3), 1 / 3))
    assert np.isfinite(validation).all()
    assert fit_to_serve(Entrant("frugal", validation), [full, Entrant("frugal", validation)], quarter.folds)
    assert (validation.argmax(axis=1) == quarter.labels).mean() > 0.8


def test_a_lack_of_memory_changes_neither_slices_nor_restarts(quarter: Job, tmp_path: Path) -> None:
    def make() -> FrozenHead:
        return FrozenHead(replace(quarter, samples=class_job().samples), {})

    contract.slices_and_restarts_change_nothing(make, tmp_path, alike=1e-3)


def test_what_was_seen_before_memory_ran_short_is_taken_over(quarter: Job, tmp_path: Path) -> None:
    before = FrozenHead(replace(quarter, frugality=0), SETTINGS)
    contract.until_improved(before)
    before.save(tmp_path)
    learner = FrozenHead(quarter, SETTINGS)
    learner.restore(tmp_path)
    done = learner.looks.tables[0].done
    np.testing.assert_array_equal(done, np.isin(learner.rows, before.order[:24]))
    np.testing.assert_array_equal(
        learner.looks.tables[0].features[done], before.looks.tables[0].features[learner.rows[done]]
    )
    contract.run_to_the_end_after_restore(learner)
    assert np.isfinite(learner.validation()).all()


def test_features_computed_before_are_found_again(tmp_path: Path) -> None:
    job = class_job(each=4)
    assert isinstance(job.samples, TextSamples)
    texts = TextSamples(job.samples.texts(), cache=tmp_path)
    contract.run_to_the_end(FrozenHead(Job(job.task, texts, job.labels, job.folds), SETTINGS))
    again = TextSamples(job.samples.texts(), cache=tmp_path)
    found = FrozenHead(Job(job.task, again, job.labels, job.folds), SETTINGS)
    found.looks.open(1)
    assert found.looks.tables[0].done.all()


def test_long_texts_are_served_after_a_first_look_and_then_seen_whole_also_after_a_restart(tmp_path: Path) -> None:
    short = class_job(each=4)

    def make() -> FrozenHead:
        assert isinstance(short.samples, TextSamples)
        texts = TextSamples.from_texts(["the day was new " * 130 + text for (text,) in short.samples.texts()])
        return FrozenHead(Job(short.task, texts, short.labels, short.folds, threads=1), {})

    learner, restored, looks, shares = make(), make(), [], []
    while True:
        progress = learner.advance(Deadline(contract.LONG))
        shares.append(progress.share)
        if progress.done:
            break
        looks.append(learner.member().looks)
        if len(looks) == 1:
            (folder := tmp_path / "midway").mkdir()
            learner.save(folder)
            restored.restore(folder)
            np.testing.assert_allclose(restored.validation(), learner.validation(), atol=1e-6)
    assert sorted(set(looks)) == [1, 2, 3]
    assert shares == sorted(shares)
    assert 0.2 < shares[0] < 0.6
    loaded = FeaturesMember.load(tmp_path, learner.member().save(tmp_path), short.task)
    assert loaded.looks == learner.member().looks
    contract.run_to_the_end_after_restore(restored)
    np.testing.assert_allclose(restored.validation(), learner.validation(), atol=1e-3)


def test_looks_of_an_older_program_that_foresaw_more_of_them_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = class_job(each=4)
    assert isinstance(short.samples, TextSamples)
    texts = TextSamples.from_texts(["the day was new " * 130 + text for (text,) in short.samples.texts()])
    job = Job(short.task, texts, short.labels, short.folds, threads=1)
    learner = FrozenHead(job, {})
    while learner.fitted < 24 or learner._search is not None:
        learner.advance(Deadline(0.0))
    learner.save(tmp_path)

    def looks_in_the_end(words: float) -> int:
        told = Glance(foreign=False, words=np.full(12, words))
        monkeypatch.setattr("engine.modalities.text.learners.frozen_head.glance", lambda job: told)
        again = FrozenHead(job, {})
        again.restore(tmp_path)
        for _ in range(200):
            progress = again.advance(Deadline(0.0))
            assert 0.0 <= progress.share <= 1.0
            if progress.done:
                break
        assert progress.done
        assert np.isfinite(again.validation()).all()
        return again.member().looks

    assert [looks_in_the_end(words) for words in (20.0, 540.0)] == [2, 3]


def test_a_language_it_does_not_know_ends_it_at_once_with_a_sentence(tmp_path: Path) -> None:
    job = class_job(each=4)
    texts = TextSamples.from_texts(["味道很好, 送餐很快, 下次还点"] * len(job.labels))
    job = Job(job.task, texts, job.labels, job.folds)
    learner = FrozenHead(job, SETTINGS)
    progress = learner.advance(Deadline(contract.LONG))
    assert progress.done
    assert not progress.improved
    assert "left out" in progress.message
    assert np.isnan(learner.validation()).all()
    with pytest.raises(DataError):
        learner.member()
    learner.save(tmp_path)
    second = FrozenHead(job, SETTINGS)
    second.restore(tmp_path)
    assert second.advance(Deadline(contract.LONG)).done


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not know"):
        FeaturesMember.load(tmp_path, {"features": "other", "looks": 1}, class_job().task)
    with pytest.raises(ModelError, match="does not know"):
        FeaturesMember.load(tmp_path, {"features": FeatureKind().name, "looks": 9}, class_job().task)
