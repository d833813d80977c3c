"""The bench gives slices, keeps what they reach, and never sees the labels of the test part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from engine.budget import Deadline
from engine.dataset import Split
from engine.learners.base import Progress
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.worker.bench import Bench, Scoring
from engine.worker.checkpoint import Checkpoint
from engine.worker.first import Headcount
from tests.engine.flowers import FLOWERS, flower_run


def test_a_slice_leaves_a_candidate_with_all_its_predictions(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", predict=True)
    bench = Bench(run)
    name = next(iter(bench._entries))
    report = bench.advance(name, Deadline(20.0))
    candidate = Checkpoint(run.checkpoints_path, name).candidate()
    assert report.version == 1
    assert candidate is not None
    data = run.dataset()
    assert candidate.validation.shape == (len(data.part(Split.TRAIN)), 2)
    assert candidate.test.shape == (len(data.part(Split.TEST)), 2)
    assert candidate.predict.shape == (30, 2)
    assert np.allclose(candidate.test.sum(axis=1), 1.0)


def test_the_test_part_is_not_in_the_job(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    job = Bench(run).job
    assert len(job.labels) == len(job.samples) == len(run.dataset().part(Split.TRAIN))


def test_a_candidate_left_unscored_is_scored_by_the_next_bench(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    first = Bench(run)
    name = next(iter(first._entries))
    checkpoint = Checkpoint(run.checkpoints_path, name)
    learner = first._learner(name, checkpoint)
    progress = learner.advance(Deadline(20.0))
    checkpoint.save_state(learner, done=progress.done, unscored=True)  # then the power goes
    report = Bench(run).advance(name, Deadline(20.0))
    assert report.version == 1
    assert report.share is None  # no learning was done


def test_predictions_stop_at_the_deadline_and_go_on_later() -> None:
    scoring = Scoring(ConstantMember(np.array([0.4, 0.6])), np.zeros((4, 2)), {"test": Headcount(100)}, chunk=10)
    assert not scoring.advance(Deadline(0.0))
    assert scoring.advance(Deadline(5.0))
    parts = scoring.predictions(FLOWERS.outputs)
    assert parts["test"].shape == (100, 2)
    assert parts["validation"].shape == (4, 2)


class Planner(ConstantLearner):
    """Does nothing but say how much time it was told is left."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return Progress(improved=True, done=True, share=1.0, message=f"planned for {deadline.left:.0f} s")


def test_a_learner_is_told_what_time_is_left_and_may_say_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(flower_run(tmp_path / "run"))
    name = next(iter(bench._entries))
    monkeypatch.setitem(bench._learners, name, Planner(bench.job, {}))
    report = bench.advance(name, Deadline(5.0, left=70.0))
    assert (report.message, report.done, report.version) == ("planned for 70 s", True, 1)
    assert report.share == 1.0


def test_an_unknown_learner_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Bench(flower_run(tmp_path / "run")).advance("nobody", Deadline(1.0))
