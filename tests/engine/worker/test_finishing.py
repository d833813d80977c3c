"""Who finishes a run gets what has only to answer, also where a trainer must start for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.run.folder import RunFolder
from engine.worker.checkpoint import Checkpoint
from engine.worker.control import Command
from engine.worker.loop import Worker
from engine.worker.losses import START_TRIES
from engine.worker.pace import Pace
from engine.worker.trainer_handle import TrainerReply
from tests.engine.worker.sittings import Idle, Sit, answered, events, idle, keep_answers, keep_candidate, slice_of


def oblige(worker: Worker, run: RunFolder, trainer: Idle, number: int = 1) -> None:
    """Do as a trainer does that is to answer, or to be measured."""
    job, learner = trainer.jobs[-1]
    if job == "measure":
        Checkpoint(run.checkpoints_path, learner).save_pace(Pace(0.004, 0.002, size=10**9))
        worker._inbox.put(TrainerReply(number, {"reply": "measured", "learner": learner}))
    else:
        keep_answers(run, learner)
        worker._inbox.put(replace(answered(learner), generation=number))


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for that is under way."""
    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    monkeypatch.setattr("engine.worker.loop.told_at_once", lambda _: "cpu")


def paused_at_answers(sit: Sit, run: RunFolder, answers: bool, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A sitting that is paused while something better answers, then finished; the next trainer ``answers``, or not."""
    second = Idle()

    def start(_inbox: object, number: int) -> Idle:
        second.on_open = lambda: hear(TrainerReply(number, {"reply": "ready", "device": "cpu"}))
        if answers:
            second.on_job = lambda _learner: oblige(worker, run, second, number)
        return second

    def hear(item: object) -> None:
        worker._inbox.put(item)

    def work(learner: str) -> None:
        if first.jobs[-1][0] == "advance":
            keep_candidate(run, learner)
            hear(slice_of(learner, version=1))
        else:
            hear(Command("pause"))
            hear(Command("finish"))

    monkeypatch.setattr("engine.worker.desk.TrainerHandle", start)
    worker = sit(on_job=work)
    first = idle(worker)
    return worker


@pytest.mark.usefixtures("no_patience")
def test_a_paused_run_that_is_finished_serves_what_had_only_to_answer(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paused_at_answers(sit, run, True, monkeypatch).run_to_end() == 0
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "finished"
    assert result["score"]["test"] is not None
    assert len(events(run, "paused")) == len(events(run, "resumed")) == 1


@pytest.mark.usefixtures("no_patience")
def test_a_run_that_is_finished_waits_but_a_moment_once_its_trainer_has_started(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.loop.START_PATIENCE", 60.0)
    monkeypatch.setattr("engine.worker.loop.FRESH_PATIENCE", 0.0)
    assert paused_at_answers(sit, run, False, monkeypatch).run_to_end() == 0
    result = run.result()
    assert result is not None
    assert result["score"]["test"] is None
    assert result["active_s"] < 10.0


NEVER = TrainerReply(2, {"reply": "gone", "code": 1})


@pytest.mark.usefixtures("no_patience")
@pytest.mark.parametrize(
    "says",
    [
        NEVER,
        TrainerReply(2, {"reply": "fatal", "message": "This run cannot be opened."}),
        TrainerReply(2, {"reply": "ready", "device": "cuda"}),
    ],
)
def test_a_run_that_is_finished_ends_with_what_it_has_where_no_trainer_can_start_any_more(
    says: TrainerReply, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def start(_inbox: object, number: int) -> Idle:
        trainer = Idle()
        trainer.on_open = lambda: worker._inbox.put(replace(says, generation=number))
        started.append(number)
        return trainer

    monkeypatch.setattr("engine.worker.loop.START_PATIENCE", 60.0)
    worker = paused_at_answers(sit, run, False, monkeypatch)
    monkeypatch.setattr("engine.worker.desk.TrainerHandle", start)
    assert worker.run_to_end() == 0
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "finished"
    assert result["t_first_s"] is not None
    assert result["active_s"] < 10.0
    assert len(started) == (START_TRIES if says is NEVER else 1)


@pytest.mark.usefixtures("no_patience")
def test_no_trainer_is_waited_for_where_answers_take_too_long_anyway(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.loop.START_PATIENCE", 60.0)
    worker = paused_at_answers(sit, run, True, monkeypatch)
    worker._answer_time.spent("another", 30.0, 1.0)
    assert worker.run_to_end() == 0
    result = run.result()
    assert result is not None
    assert result["score"]["test"] is None


@pytest.mark.usefixtures("no_patience")
@pytest.mark.parametrize("told", ["cpu", None])
def test_what_an_interrupted_run_had_learned_answers_when_it_is_put_to_use(
    told: str | None, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(learner: str) -> None:
        keep_candidate(run, learner)
        worker._leave()

    worker = sit(on_job=learn)
    assert worker.run_to_end() == 1
    monkeypatch.setattr("engine.worker.loop.told_at_once", lambda _: told)
    worker = sit("finish", on_job=lambda _: oblige(worker, run, trainer))
    trainer: Idle = idle(worker)
    assert worker.run_to_end() == 0
    assert {job for job, _ in trainer.jobs} == {"answer", "measure"}
    result = run.result()
    assert result is not None
    assert result["score"]["test"] is not None


@pytest.mark.usefixtures("no_patience")
def test_a_better_model_that_did_not_answer_before_the_end_is_told_of(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(learner: str) -> None:
        job, slices = trainer.jobs[-1][0], sum(job == "advance" for job, _ in trainer.jobs)
        if job == "advance":
            keep_candidate(run, learner, wrong_one_in=10 if slices == 1 else 50)
            worker._inbox.put(slice_of(learner, version=1, done=slices == 1))
        elif slices == 1:
            oblige(worker, run, trainer)
        else:
            worker._inbox.put(Command("finish"))

    worker = sit(on_job=work)
    trainer: Idle = idle(worker)
    assert worker.run_to_end() == 0
    result = run.result()
    assert result is not None
    assert [note for note in result["notes"] if note.startswith("Something better was learned")]
