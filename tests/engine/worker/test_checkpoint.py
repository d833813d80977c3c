"""What a learner leaves is whole at every moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.learners.base import Job
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.worker.checkpoint import Checkpoint
from engine.worker.first import Headcount
from engine.worker.pace import Pace
from tests.engine.flowers import FLOWERS

VALIDATION = np.ones((3, 2))
ANSWERS = {"test": np.full((2, 2), 0.5), "predict": np.zeros((0, 2))}


def learner() -> ConstantLearner:
    return ConstantLearner(Job(FLOWERS, Headcount(3), np.array([0.0, 1.0, 1.0]), np.array([0, 1, 0])), {})


def test_nothing_yet_is_no_candidate(tmp_path: Path) -> None:
    assert Checkpoint(tmp_path, "new").candidate() is None


def test_the_newest_candidate_is_found_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "odd [name]")
    for answer in (0.1, 0.2, 0.3):
        checkpoint.save_candidate(ConstantMember(np.array([answer, 1 - answer])), VALIDATION)
    found = Checkpoint(tmp_path, "odd [name]").candidate()
    assert found is not None
    assert found.version == 3
    assert found.record.settings == {"answer": [0.3, 0.7]}
    assert np.array_equal(found.validation, VALIDATION)
    kept = sorted(place.name for place in checkpoint.folder.glob("*-000*"))
    assert kept == ["odd [name]-0002", "odd [name]-0002.npy", "odd [name]-0003", "odd [name]-0003.npy"]


def test_answers_and_pace_come_later_and_answers_belong_to_one_candidate(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    version = checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), VALIDATION)
    fresh = checkpoint.candidate()
    assert fresh is not None
    assert (fresh.answers, fresh.pace, fresh.unmeasured) == (None, None, True)
    checkpoint.save_answers(version, ANSWERS)
    checkpoint.save_pace(Pace(0.01, 0.002, fresh.size))
    known = Checkpoint(tmp_path, "a").candidate()
    assert known is not None
    assert known.answers is not None
    assert np.array_equal(known.answers["test"], ANSWERS["test"])
    assert (known.pace, known.unmeasured) == (Pace(0.01, 0.002, fresh.size), False)
    checkpoint.save_candidate(ConstantMember(np.array([0.4, 0.6])), VALIDATION)
    newer = checkpoint.candidate()
    assert newer is not None
    assert (newer.answers, newer.unmeasured) == (None, False)


def test_a_candidate_that_has_grown_is_measured_anew(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), VALIDATION)
    found = checkpoint.candidate()
    assert found is not None
    grown = replace(found, size=1000, pace=Pace(0.01, 0.01, 500))
    assert grown.unmeasured
    assert not replace(grown, size=550).unmeasured


def test_a_state_that_was_not_finished_does_not_count(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_state(learner(), done=False, unscored=True)
    (checkpoint.folder / "state-0002").mkdir()  # a kill came in the middle of the next one
    again = Checkpoint(tmp_path, "a")
    assert (again.mark.state, again.mark.unscored) == (1, True)
    again.save_state(learner(), done=True, unscored=False)
    assert [place.name for place in again.folder.glob("state-*")] == ["state-0002"]
    assert Checkpoint(tmp_path, "a").mark.done
