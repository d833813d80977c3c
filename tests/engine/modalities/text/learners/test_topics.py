from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.budget import Deadline
from engine.errors import DataError, ModelError
from engine.learners.base import Job
from engine.modalities.text.learners.topics import Topics
from engine.modalities.text.members.topics import TopicsMember
from engine.modalities.text.samples import TextSamples
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, number_job, several_job

JOBS = {"classes": class_job, "several": several_job, "numbers": number_job}


@pytest.mark.parametrize("kind", JOBS)
def test_it_keeps_the_contract_for_every_kind_of_answer(kind: str, tmp_path: Path) -> None:
    job = JOBS[kind]()

    def make() -> Topics:
        return Topics(job, {})

    contract.predictions_are_well_formed(make)
    contract.tiny_slices_equal_one_long_one(make)
    contract.an_interrupted_slice_ends_soon(make)
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a")
    contract.restored_when_done_is_done(make, tmp_path / "b")
    contract.a_saved_member_answers_the_same(make, tmp_path / "m")


def test_it_tells_topics_apart_by_words_that_come_together() -> None:
    job = class_job()
    learner = contract.run_to_the_end(Topics(job, {}))
    assert (learner.validation().argmax(axis=1) == job.labels).mean() > 0.9


def test_settings_say_how_many_directions_and_how_long_runs() -> None:
    def directions(**settings: Any) -> tuple[int, ...]:
        member = contract.run_to_the_end(Topics(class_job(), settings)).member()
        assert isinstance(member, TopicsMember)
        return member.projection.directions.shape

    assert directions()[1] == 6
    assert directions(numbers=3)[1] == 3
    assert directions(words=1)[0] < directions(words=3)[0]


def test_its_share_of_work_rises() -> None:
    learner = Topics(class_job(), {})
    shares = []
    while not (progress := learner.advance(Deadline(0.0))).done:
        shares.append(progress.share)
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < shares[-1] < 1.0


def test_texts_without_words_are_reported_in_a_sentence() -> None:
    job = class_job()
    job = Job(job.task, TextSamples.from_texts([" "] * len(job.labels)), job.labels, job.folds)
    with pytest.raises(DataError, match="hold no words"):
        Topics(job, {}).advance(Deadline(5.0))


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    job = class_job()
    settings = contract.run_to_the_end(Topics(job, {})).member().save(tmp_path)
    (tmp_path / "topics.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="damaged"):
        TopicsMember.load(tmp_path, settings, job.task)


def test_it_needs_no_heavy_library() -> None:
    code = "import engine.modalities.text.learners.topics, sys; sys.exit(bool({'torch', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
