"""Answers that come too late are given up, so that what was learned is served all the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.run.folder import RunFolder
from engine.worker.checkpoint import Checkpoint
from engine.worker.control import Command
from engine.worker.loop import Worker
from engine.worker.pace import Pace
from engine.worker.trainer_handle import TrainerReply
from tests.engine.worker.sittings import Idle, Sit, answered, events, idle, keep_answers, keep_candidate, slice_of


def csvs(run: RunFolder) -> int:
    return len(list(run.predictions_path.iterdir()))


def asked(trainer: Idle) -> int:
    """How often candidates were to answer so far."""
    return sum(job == "answer" for job, _ in trainer.jobs)


def serving_one(sit: Sit, run: RunFolder, then: Callable[[str], object]) -> tuple[Worker, Idle]:
    """A sitting in which one learner is through and served, and a better one is to answer; ``then`` does the rest."""

    def work(learner: str) -> None:
        job, slices = trainer.jobs[-1][0], sum(job == "advance" for job, _ in trainer.jobs)
        if job == "measure":
            Checkpoint(run.checkpoints_path, learner).save_pace(Pace(0.001, 0.001, size=10**9))
            worker._inbox.put(TrainerReply(1, {"reply": "measured", "learner": learner}))
        elif job == "advance" and slices < 3:
            keep_candidate(run, learner, wrong_one_in=10 if slices == 1 else 50)
            worker._inbox.put(slice_of(learner, version=1, done=slices == 1))
        elif job == "answer" and slices == 1:
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))
        else:
            then(learner)

    worker = sit(on_job=work)
    trainer = idle(worker)
    return worker, trainer


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
            pieces = len(trainer.jobs) - 1
            worker._inbox.put(answered(learner, seconds=0.8, share=0.01 * pieces))
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
    assert trainer.jobs[:4] == [("advance", first), *[("answer", first)] * 2, ("answer_test", first)]
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
        if trainer.jobs[-1][0] == "answer":
            worker._inbox.put(answered(learner, seconds=0.8, share=0.01 * (asked(trainer) - 1)))
        else:
            worker._inbox.put(Command("finish"))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    worker, trainer = serving_one(sit, run, work)
    assert worker.run_to_end() == 0
    first, late, again = (learner for job, learner in trainer.jobs if job == "answer")
    assert late == again != first
    result = run.result()
    assert result is not None
    assert first in {member["name"] for member in result["members"]}
    assert csvs(run) == 2
    judged = {event.data["learner"]: event.data["score"] for event in events(run, "evaluated")}
    assert judged[late] > result["score"]["validation"]
    assert any("Something better was learned" in note for note in result["notes"])


def test_who_answers_while_the_run_is_to_finish_has_the_moment_that_it_waits(sit: Sit, run: RunFolder) -> None:
    def work(learner: str) -> None:
        if trainer.jobs[-1][0] != "answer" or asked(trainer) == 3:
            worker._inbox.put(Command("finish"))
        elif asked(trainer) == 2:
            worker._inbox.put(answered(learner, seconds=0.5, share=0.05))
        else:
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))

    def end_early() -> None:
        worker._inbox.put(answered(trainer.jobs[-1][1], seconds=0.5, share=0.06))

    worker, trainer = serving_one(sit, run, work)
    trainer.on_interrupt = end_early
    assert worker.run_to_end() == 0
    first, *late = (learner for job, learner in trainer.jobs if job == "answer")
    assert late == late[:1] * 3 != [first] * 3
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "finished"
    assert late[0] in {member["name"] for member in result["members"]}


def test_answers_that_begin_anew_for_lack_of_memory_are_not_given_up_for_what_they_had_taken(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(learner: str) -> None:
        if trainer.jobs[-1][0] == "advance" and not asked(trainer):
            keep_candidate(run, learner)
            worker._inbox.put(slice_of(learner, version=1))
        elif trainer.jobs[-1][0] != "answer":
            worker._inbox.put(Command("finish"))
        elif asked(trainer) == 2:
            failed = {"reply": "failed", "learner": learner, "reason": "memory", "message": "MemoryError: "}
            worker._inbox.put(TrainerReply(1, failed))
        elif asked(trainer) < 4:
            first = asked(trainer) == 1
            worker._inbox.put(answered(learner, seconds=0.3 if first else 0.5, share=0.01 if first else 0.012))
        else:
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    worker = sit(on_job=work)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    assert asked(trainer) == 4
    assert "answer_test" not in {job for job, _ in trainer.jobs}
    assert csvs(run) == 2


def test_who_was_set_aside_works_no_more_and_the_run_ends_once_all_others_are_through(sit: Sit, run: RunFolder) -> None:
    def work(learner: str) -> None:
        if trainer.jobs[-1][0] == "answer":
            worker._inbox.put(answered(learner, seconds=0.8, share=0.01 * (asked(trainer) - 1)))
        elif learner in worker._server.aside:
            worker._inbox.put(Command("finish"))
        else:
            worker._inbox.put(slice_of(learner, done=True))

    worker, trainer = serving_one(sit, run, work)
    assert worker.run_to_end() == 0
    late = [learner for job, learner in trainer.jobs if job == "answer"][-1]
    assert trainer.jobs.count(("advance", late)) == 1
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "converged"
    assert any("Something better was learned" in note for note in result["notes"])
    assert any("With more of it" in note and late in note for note in result["notes"])
