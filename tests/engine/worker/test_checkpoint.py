"""What a learner leaves is whole at every moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.learners.base import Job
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.worker.checkpoint import Checkpoint
from engine.worker.first import Headcount
from tests.engine.flowers import FLOWERS

PARTS = {"validation": np.ones((3, 2)), "test": np.zeros((0, 2)), "predict": np.zeros((0, 2))}


def learner() -> ConstantLearner:
    return ConstantLearner(Job(FLOWERS, Headcount(3), np.array([0.0, 1.0, 1.0]), np.array([0, 1, 0])), {})


def test_nothing_yet_is_no_candidate(tmp_path: Path) -> None:
    assert Checkpoint(tmp_path, "new").candidate() is None


def test_the_newest_candidate_is_found_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "odd [name]")
    for answer in (0.1, 0.2, 0.3):
        checkpoint.save_candidate(ConstantMember(np.array([answer, 1 - answer])), PARTS)
    found = Checkpoint(tmp_path, "odd [name]").candidate()
    assert found is not None
    assert found.version == 3
    assert found.record.settings == {"answer": [0.3, 0.7]}
    assert np.array_equal(found.validation, PARTS["validation"])
    kept = sorted(place.name for place in checkpoint.folder.glob("*-000*"))
    assert kept == ["odd [name]-0002", "odd [name]-0002.npz", "odd [name]-0003", "odd [name]-0003.npz"]


def test_a_state_that_was_not_finished_does_not_count(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_state(learner(), done=False, unscored=True)
    (checkpoint.folder / "state-0002").mkdir()  # a kill came in the middle of the next one
    again = Checkpoint(tmp_path, "a")
    assert (again.mark.state, again.mark.unscored) == (1, True)
    again.save_state(learner(), done=True, unscored=False)
    assert [place.name for place in again.folder.glob("state-*")] == ["state-0002"]
    assert Checkpoint(tmp_path, "a").mark.done
