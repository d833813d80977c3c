"""Answers that come too late are given up, so that what was learned is served all the same."""

from __future__ import annotations

import numpy as np
import pytest

from engine.run.folder import RunFolder
from engine.worker.checkpoint import Checkpoint
from engine.worker.control import Command
from engine.worker.pace import Pace
from engine.worker.trainer_handle import TrainerReply
from tests.engine.worker.sittings import Sit, answered, events, idle, keep_answers, keep_candidate, slice_of


def csvs(run: RunFolder) -> int:
    return len(list(run.predictions_path.iterdir()))


@pytest.mark.parametrize("end", ["finished", "budget"])
def test_what_was_learned_is_kept_though_it_could_not_answer_anything_in_time(
    end: str, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(learner: str) -> None:
        if trainer.jobs[-1][0] == "advance":
            keep_candidate(run, learner)
            worker._inbox.put(slice_of(learner, version=1))
        elif end == "budget":
            worker._budget.used(worker._budget.total)
        else:
            worker._inbox.put(Command("finish"))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    worker = sit(on_job=work)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == end
    assert result["t_first_s"] is not None
    assert trainer.jobs[0][1] in {member["name"] for member in result["members"]}
    assert result["score"]["validation"] > 0.5
    assert result["score"]["test"] is None
    assert csvs(run) == 1  # of the plain guess
    told = [event.data["text"] for event in events(run, "message")]
    for part in ("about the test part", "autodidact predict RUN DATA2"):
        assert any(part in text for text in told)
        assert any(part in note for note in result["notes"])


def test_with_far_too_much_to_predict_what_is_learned_is_served_as_soon_as_it_answered_the_test_part(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(learner: str) -> None:
        job = trainer.jobs[-1][0]
        if job == "advance" and len(trainer.jobs) == 1:
            keep_candidate(run, learner)
            worker._inbox.put(slice_of(learner, version=1))
        elif job == "answer":
            worker._inbox.put(answered(learner, seconds=1.6, share=0.02))
        elif job == "answer_test":
            keep_answers(run, learner, predict=np.nan)
            worker._inbox.put(answered(learner))
        else:
            worker._inbox.put(Command("finish"))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    worker = sit(on_job=work)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    first = trainer.jobs[0][1]
    assert trainer.jobs[:3] == [("advance", first), ("answer", first), ("answer_test", first)]
    result = run.result()
    assert result is not None
    assert result["score"]["test"] is not None
    assert [point["learner"] for point in result["curve"]] == ["constant", first]
    assert csvs(run) == 1  # of the plain guess
    (note,) = [note for note in result["notes"] if "autodidact predict RUN DATA2" in note]
    assert "earlier" in note


def test_once_something_is_served_whoever_would_answer_far_too_late_is_done_without_and_that_is_said(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(learner: str) -> None:
        job, slices = trainer.jobs[-1][0], sum(job == "advance" for job, _ in trainer.jobs)
        if job == "measure":
            Checkpoint(run.checkpoints_path, learner).save_pace(Pace(0.001, 0.001, size=10**9))
            worker._inbox.put(TrainerReply(1, {"reply": "measured", "learner": learner}))
        elif job == "advance" and slices < 3:
            keep_candidate(run, learner, wrong_one_in=10 if slices == 1 else 50)
            worker._inbox.put(slice_of(learner, version=slices))
        elif job == "answer" and slices == 1:
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))
        elif job == "answer":
            worker._inbox.put(answered(learner, seconds=1.6, share=0.01))
        else:
            worker._inbox.put(Command("finish"))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    worker = sit(on_job=work)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    first, late = (learner for job, learner in trainer.jobs if job == "answer")
    result = run.result()
    assert result is not None
    assert first in {member["name"] for member in result["members"]}
    assert csvs(run) == 2
    judged = {event.data["learner"]: event.data["score"] for event in events(run, "evaluated")}
    assert judged[late] > result["score"]["validation"]
    assert any("Something better was learned" in note for note in result["notes"])
