"""A trainer that is lost is blamed on a learner where it was at work, and on none before it could begin."""

from __future__ import annotations

import pytest

from engine.run.folder import RunFolder
from engine.worker.control import Command
from engine.worker.endings import NO_CARD, NO_MEMORY, NO_START
from engine.worker.loop import Worker
from engine.worker.losses import ENDED_TRIES, OVERRUN, START_TRIES, Loss, Losses
from engine.worker.trainer_handle import TrainerReply
from tests.engine.worker.sittings import Idle, Sit, events, idle

CRASH = Loss("crash", "stopped unexpectedly (code 1)")
SHORT = Loss("memory", "was ended by the system, which does that when memory runs out")
ENDED, KILLED = -15, -9


def test_why_a_trainer_ended_shows_in_its_code() -> None:
    losses = Losses()
    assert losses.of(1) == CRASH
    assert losses.of(KILLED) == losses.of(137) == SHORT
    assert losses.of(ENDED) is None


def test_trainers_that_are_ended_again_and_again_lack_memory_unless_jobs_are_done_in_between() -> None:
    losses = Losses()
    for _ in range(2):
        assert [losses.of(code) for code in (143, ENDED)] == [None, None]
        losses.worked()
    reasons = [loss and loss.reason for loss in (losses.of(ENDED) for _ in range(ENDED_TRIES + 1))]
    assert reasons == [None] * (ENDED_TRIES - 1) + ["memory"] * 2


@pytest.mark.parametrize(("loss", "why"), [(CRASH, NO_START), (OVERRUN, NO_START), (SHORT, NO_MEMORY)])
def test_trainers_are_started_anew_a_few_times_where_none_can_begin(loss: Loss, why: str) -> None:
    losses = Losses()
    assert losses.before_it_began(loss, on_a_card=False) == ""
    losses.began()
    said = [losses.before_it_began(loss, on_a_card=False) for _ in range(START_TRIES)]
    assert said == [""] * (START_TRIES - 1) + [why]


@pytest.mark.parametrize(
    ("loss", "said"), [(CRASH, ["", NO_CARD]), (OVERRUN, [NO_CARD] * 2), (SHORT, ["", "", NO_MEMORY])]
)
def test_a_card_that_wakes_for_none_does_not_answer_unless_memory_is_short(loss: Loss, said: list[str]) -> None:
    losses = Losses()
    assert [losses.before_it_began(loss, on_a_card=True) for _ in said] == said


def losing(sit: Sit, codes: list[int], monkeypatch: pytest.MonkeyPatch, *, ready: bool) -> Worker:
    """A sitting on the processor whose trainers end so at their first job, be they ready or not; then it is over."""
    monkeypatch.setattr("engine.worker.loop.told_at_once", lambda _: "cpu")
    left = list(codes)

    def begin(trainer: Idle, number: int) -> Idle:
        if ready:
            trainer.on_open = lambda: hear(TrainerReply(number, {"reply": "ready", "device": "cpu"}))
        trainer.on_job = lambda _learner: end(number)
        return trainer

    def end(number: int) -> None:
        gone = TrainerReply(number, {"reply": "gone", "code": left.pop(0)}) if left else None
        hear(gone or Command("discard"))

    def hear(item: object) -> None:
        worker._inbox.put(item)

    monkeypatch.setattr("engine.worker.desk.TrainerHandle", lambda _inbox, number: begin(Idle(), number))
    worker = sit()
    begin(idle(worker), 1)
    return worker


@pytest.mark.parametrize("code", [1, KILLED])
def test_a_trainer_that_ends_before_it_could_begin_is_replaced_and_no_learner_is_blamed(
    code: int, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(sit, [code] * 2, monkeypatch, ready=False).run_to_end()
    assert events(run, "stopped")[-1].data["reason"] == "discarded"
    assert not events(run, "failed")


@pytest.mark.parametrize(("code", "why"), [(1, NO_START), (KILLED, NO_MEMORY)])
def test_a_run_whose_trainers_cannot_begin_stops_with_a_sentence_and_can_be_resumed(
    code: int, why: str, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert losing(sit, [code] * START_TRIES, monkeypatch, ready=False).run_to_end() == 1
    assert events(run, "message")[-1].data["text"] == why
    assert run.result() is None
    assert not events(run, "failed")


@pytest.mark.parametrize("code", [1, KILLED])
def test_a_trainer_that_ends_at_work_is_a_failure_of_its_learner(
    code: int, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(sit, [code], monkeypatch, ready=True).run_to_end()
    (failed,) = events(run, "failed")
    assert failed.data["reason"] == ("crash" if code == 1 else "memory")


@pytest.mark.parametrize(("times", "reasons"), [(ENDED_TRIES - 1, []), (ENDED_TRIES, ["memory"])])
def test_trainers_that_somebody_ends_time_and_again_lead_to_smaller_pieces(
    times: int, reasons: list[str], sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(sit, [ENDED] * times, monkeypatch, ready=True).run_to_end()
    assert [event.data["reason"] for event in events(run, "failed")] == reasons
    assert events(run, "stopped")[-1].data["reason"] == "discarded"
