"""A sitting in which something goes wrong in the worker itself, or between it and its trainer, can be resumed."""

from __future__ import annotations

import errno
import io
import os
import queue
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from engine.errors import DeviceError, RunError
from engine.modalities import Entry
from engine.model.model import Model
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.scheduler import Policy, Standing
from engine.scheduler.breadth_then_gain import BreadthThenGain
from engine.worker.checkpoint import Checkpoint
from engine.worker.control import Command
from engine.worker.endings import MOVED, NO_ROOM
from engine.worker.loop import Worker
from engine.worker.pace import Pace
from engine.worker.trainer_handle import TrainerReply
from tests.engine.worker.sittings import Idle, Sit, answered, events, idle, keep_answers, keep_candidate, slice_of

WAITING = "Learners that build on it wait for those that do not."


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "There is no room left on the disk"),
        (MemoryError(), "There is too little memory"),
        (AssertionError("odd"), "Training could not go on; why is in the run's worker.log."),
    ],
)
def test_what_goes_wrong_in_the_worker_itself_ends_the_sitting_not_the_run(
    error: Exception, said: str, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("engine.worker.serving.write_table", fail)
    assert sit().run_to_end() == 1
    assert run.result() is None
    told = events(run, "message")[-1].data
    assert told["level"] == "error"
    assert told["text"].startswith(said)
    assert "resume it" in told["text"]
    assert told["resume"]


def no_room(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullLog(io.StringIO):
    """A log on a full disk."""

    @override
    def write(self, text: str, /) -> int:
        return no_room()


def test_a_full_disk_is_told_of_though_there_is_no_room_for_the_log_either(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.serving.write_table", no_room)
    worker = sit()
    with monkeypatch.context() as full:
        full.setattr(sys, "stderr", FullLog())
        assert worker.run_to_end() == 1
    assert events(run, "message")[-1].data == {"level": "error", "text": NO_ROOM, "resume": True}


def test_what_was_served_last_is_written_out_though_the_last_sitting_was_cut_off_before(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr("engine.worker.serving.Server.write_out", lambda _: 1 / 0)
        assert sit().run_to_end() == 1
    assert not run.predictions_path.exists()
    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    sit("finish").run_to_end()
    (point,) = events(run, "point")
    assert [path.stem for path in run.predictions_path.iterdir()] == [f"{round(1000 * point.active_s)}"]
    assert (run.model_path / "validation.parquet").exists()


def test_a_candidate_kept_just_before_a_pause_is_judged_though_nobody_heard_of_it(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    asked: list[str] = []

    def work(learner: str) -> None:
        keep_candidate(run, learner)
        asked.append(learner)
        for word in ("pause", "resume", "discard"):
            worker._inbox.put(Command(word))

    worker = sit(on_job=work)
    worker.run_to_end()
    (judged,) = events(run, "evaluated")
    assert (judged.data["learner"], judged.data["version"], judged.data["served"]) == (asked[0], 1, True)
    said = [event.type for event in EventTail(run.events_path).poll() if event.type != "heartbeat"]
    assert said[-3:] == ["paused", "resumed", "stopped"]


def test_a_slice_is_kept_when_a_pause_is_taken_back_before_it_began(sit: Sit, run: RunFolder) -> None:
    def work(learner: str) -> None:
        for word in ("pause", "resume") if len(trainer.jobs) == 1 else ("discard",):
            worker._inbox.put(Command(word))

    worker = sit(on_job=work)
    trainer = idle(worker)
    trainer.on_interrupt = lambda: worker._inbox.put(slice_of(trainer.jobs[0][1]))
    worker.run_to_end()
    said = [event.type for event in EventTail(run.events_path).poll() if event.type != "heartbeat"]
    assert said[-3:] == ["resumed", "slice", "stopped"]
    assert "paused" not in said
    assert len(trainer.jobs) == 2


def test_a_candidate_kept_just_before_a_cut_is_judged_once_when_the_run_goes_on(sit: Sit, run: RunFolder) -> None:
    asked: list[str] = []

    def cut(learner: str) -> None:
        if not asked:
            keep_candidate(run, learner)
        asked.append(learner)
        raise MemoryError

    for _ in range(3):
        assert sit(on_job=cut).run_to_end() == 1
    (judged,) = events(run, "evaluated")
    assert judged.data["learner"] == asked[0]
    assert judged.data["score"] > 0.5


def test_the_seed_of_a_run_decides_where_its_policy_leaves_something_to_chance(sit: Sit, run: RunFolder) -> None:
    def picks(policy: Policy) -> list[str]:
        curve = ((1.0, 0.8), (2.0, 0.8))
        shown = [[Standing(name, slices=n, seconds=2.0, curve=curve) for name in "abcd"] for n in range(2, 40)]
        chosen = [policy.choose(standings, 100.0, 60.0) for standings in shown]
        return [one.learner for one in chosen if one is not None]

    worker = sit("discard", of=replace(run, options=replace(run.options, seed=7)))
    worker.run_to_end()
    assert picks(worker._policy) == picks(BreadthThenGain(7)) != picks(BreadthThenGain(0))


@pytest.mark.parametrize(("transfer", "first"), [("auto", "later"), ("noguard", "tuned")])
def test_learners_whose_network_does_not_help_wait_unless_the_plan_wants_no_guard(
    transfer: str, first: str, sit: Sit, run: RunFolder
) -> None:
    standings = [
        Standing("plain", slices=1, seconds=1.0, curve=((1.0, 0.7),), done=True),
        Standing("frozen", slices=1, seconds=1.0, curve=((1.0, 0.5),), done=True, unhelped=True),
        Standing("tuned", unhelped=True),
        Standing("later"),
    ]
    worker = sit("discard", of=replace(run, options=replace(run.options, transfer=transfer)))
    worker.run_to_end()
    chosen = worker._policy.choose(standings, 60.0, 55.0)
    assert chosen is not None
    assert chosen.learner == first


def test_learners_of_a_sitting_search_by_the_strategy_of_the_plan(sit: Sit, run: RunFolder) -> None:
    worker = sit("discard", of=replace(run, options=replace(run.options, search="halving")))
    worker.run_to_end()
    assert [entry.settings["strategy"] for entry in worker._entries if entry.searches] == ["halving"]


def test_a_network_that_does_harm_is_doubted_once_what_builds_on_it_waits_and_the_result_tells(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows = {"backbone": "efficientnet_lite0"}
    entries = (
        Entry("plain", "image.thumbnail_ridge"),
        Entry("frozen", "image.frozen_head", knows),
        Entry("tuned", "image.finetune", knows),
        Entry("later", "image.thumbnail_ridge"),
    )
    wrong_one_in = {"plain": 50, "frozen": 5, "later": 40, "tuned": 5}

    def work(learner: str) -> None:
        if trainer.jobs[-1][0] == "advance":
            keep_candidate(run, learner, wrong_one_in[learner])
            worker._inbox.put(slice_of(learner, version=1, done=True))
        elif trainer.jobs[-1][0] == "answer":
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))
        else:
            Checkpoint(run.checkpoints_path, learner).save_pace(Pace(0.004, 0.002, size=10**9))
            worker._inbox.put(TrainerReply(1, {"reply": "measured", "learner": learner}))

    monkeypatch.setattr("engine.worker.loop.portfolio", lambda *_: entries)
    worker = sit(on_job=work)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    assert [learner for job, learner in trainer.jobs if job == "advance"] == ["plain", "frozen", "later", "tuned"]
    (told,) = (event.data["text"] for event in events(run, "message") if "pretrained" in event.data["text"])
    assert "efficientnet_lite0 does not help on this data" in told
    assert " ± " in told
    assert told.endswith(WAITING)
    result = run.result()
    assert result is not None
    (note,) = (note for note in result["notes"] if "pretrained" in note)
    assert f"{note} {WAITING}" == told


def test_a_slice_tells_how_long_its_steps_and_their_samples_took_and_what_it_found_where_it_did(
    sit: Sit, run: RunFolder
) -> None:
    def work(learner: str) -> None:
        if len(trainer.jobs) == 1:
            worker._inbox.put(slice_of(learner, stepped_s=2.0, prepared_s=0.5, found={"width": 8}))
        else:
            worker._inbox.put(slice_of(learner))
            worker._inbox.put(Command("discard"))

    worker = sit(on_job=work)
    trainer = idle(worker)
    worker.run_to_end()
    stepped, other = events(run, "slice")[:2]
    assert (stepped.data["stepped_s"], stepped.data["prepared_s"]) == (2.0, 0.5)
    assert stepped.data["found"] == {"width": 8}
    assert not {"stepped_s", "prepared_s", "found"} & set(other.data)


def test_a_run_that_is_finished_serves_what_the_slice_at_work_brings(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_early() -> None:
        keep_candidate(run, trainer.jobs[0][1])
        worker._inbox.put(slice_of(trainer.jobs[0][1], version=1))

    def work(learner: str) -> None:
        job = trainer.jobs[-1][0]
        if job == "advance":
            worker._inbox.put(Command("finish"))
        elif job == "answer":
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))
        else:
            Checkpoint(run.checkpoints_path, learner).save_pace(Pace(0.004, 0.002, size=10**9))
            worker._inbox.put(TrainerReply(1, {"reply": "measured", "learner": learner}))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 60.0)  # a moment is enough, however long it may take
    worker = sit(on_job=work)
    trainer = idle(worker)
    trainer.on_interrupt = end_early
    assert worker.run_to_end() == 0
    assert worker._server.leader == trainer.jobs[0][1]
    result = run.result()
    assert result is not None
    asked = len(result["members"])  # each as quick as the one that was measured
    assert result["ms_per_sample"] == {"single": 4.0 * asked, "batch": 2.0 * asked}


def test_a_trainer_whose_reply_waits_to_be_heard_has_not_overrun(sit: Sit, run: RunFolder) -> None:
    def work(learner: str) -> None:
        if len(trainer.jobs) == 1:
            worker._desk._ends_at = 0.0  # as seen after the worker has long been busy with something else
            worker._inbox.put(Command("resume"))  # which is heard first, and changes nothing
            worker._inbox.put(slice_of(learner))
        else:
            worker._inbox.put(Command("discard"))

    worker = sit(on_job=work)
    trainer = idle(worker)
    worker.run_to_end()
    assert len(events(run, "slice")) == 1
    assert not events(run, "failed")


@pytest.mark.parametrize(("late", "told"), [(0.0, True), (12.0, False)])
def test_who_gave_more_time_than_was_needed_is_told_so_when_it_is_used_up(
    late: float, told: bool, sit: Sit, run: RunFolder
) -> None:
    def work(learner: str) -> None:
        job = trainer.jobs[-1][0]
        if len(trainer.jobs) == 1:
            worker._budget.used(late)
            keep_candidate(run, learner)
            worker._inbox.put(slice_of(learner, version=1))
        elif job == "answer":
            keep_answers(run, learner)
            worker._inbox.put(answered(learner))
        else:
            worker._budget.used(worker._budget.total)

    worker = sit(on_job=work)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "budget"
    said = [event.data["text"] for event in events(run, "message") if "enough time" in event.data["text"]]
    assert len(said) == told
    assert set(said) <= set(result["notes"])


def test_learners_work_between_pieces_of_answers_that_take_long_and_the_run_ends_with_all_answers(
    sit: Sit, run: RunFolder
) -> None:
    """The first answers take half of the budget, on a clock that goes on by what the trainer says."""
    pieces: list[str] = []

    def work(learner: str) -> None:
        job = trainer.jobs[-1][0]
        worker._budget.used(worker._budget.active + (2.5 if job == "answer" else 1.0))
        if job == "answer":
            pieces.append(learner)
            through = len(pieces) == 4
            if through:
                keep_answers(run, learner)
            worker._inbox.put(answered(learner, seconds=2.5, share=len(pieces) / 4))
            if through:
                worker._inbox.put(Command("finish"))
        elif job == "advance" and not pieces:
            keep_candidate(run, learner)
            worker._inbox.put(slice_of(learner, version=1))
        elif job == "advance":
            worker._inbox.put(slice_of(learner))

    worker = sit(on_job=work)
    trainer = idle(worker)
    worker.run_to_end()
    assert pieces == [trainer.jobs[0][1]] * 4
    between = [learner for job, learner in trainer.jobs[1:] if job == "advance"]
    assert len(between) >= 2
    assert pieces[0] not in between
    assert worker._server.leader == pieces[0]
    assert max(run.predictions_path.iterdir(), key=lambda file: int(file.stem)).read_text().count("\n") == 31


def test_a_run_that_is_finished_takes_up_what_was_kept_though_nobody_said_so(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(learner: str) -> None:
        keep_candidate(run, learner)
        worker._inbox.put(Command("finish"))

    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    worker = sit(on_job=work)
    worker.run_to_end()
    assert len(events(run, "evaluated")) == 1
    assert events(run, "stopped")[-1].data["reason"] == "finished"


def test_a_run_that_is_thrown_away_waits_for_no_slice(sit: Sit) -> None:
    asked: list[str] = []

    def work(learner: str) -> None:
        worker._inbox.put(Command("discard"))

    worker = sit(on_job=work)
    trainer = idle(worker)
    trainer.on_interrupt = lambda: asked.append("interrupt")
    worker.run_to_end()
    assert (len(trainer.jobs), asked) == (1, [])


def test_a_damaged_checkpoint_costs_a_learner_its_slice_not_the_sitting(sit: Sit, run: RunFolder) -> None:
    def damage(learner: str) -> None:
        (run.checkpoints_path / learner).mkdir(parents=True, exist_ok=True)
        (run.checkpoints_path / learner / "standing.json").write_bytes(b"")
        failed = {"reply": "failed", "learner": learner, "reason": "error", "message": "ValueError: damaged"}
        worker._inbox.put(TrainerReply(1, failed))
        worker._inbox.put(Command("discard"))

    worker = sit(on_job=damage)
    worker.run_to_end()
    assert events(run, "failed")
    assert events(run, "stopped")[-1].data["reason"] == "discarded"


@pytest.mark.usefixtures("card")
def test_a_card_that_does_not_answer_ends_the_run_with_a_sentence_and_the_plain_guess(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.loop.CARD_PATIENCE", 0.0)
    with pytest.raises(DeviceError, match="graphics card does not answer"):
        sit().run_to_end()
    assert "--device cpu" in events(run, "message")[-1].data["text"]
    assert Model.load(run.model_path).task == run.task
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "failed"


@pytest.mark.parametrize("told", [None, "cuda"])
@pytest.mark.parametrize(("slow", "ended"), [(-1.0, "failed"), (1000.0, "budget")])
def test_a_budget_that_a_card_used_up_by_not_waking_says_so_of_the_card(
    slow: float, ended: str, told: str | None, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use_up(*_: object) -> None:
        worker._budget.used(worker._budget.total)

    monkeypatch.setattr("engine.worker.loop.told_at_once", lambda _: told)
    monkeypatch.setattr("engine.worker.desk.SLOW_CARD", slow)
    worker = sit(on_job=use_up)
    if told is None:
        idle(worker).on_open = use_up
    if ended == "failed":
        with pytest.raises(DeviceError, match="graphics card does not answer"):
            worker.run_to_end()
        assert "--device cpu" in events(run, "message")[-1].data["text"]
    else:
        assert worker.run_to_end() == 1
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == ended
    assert {member["name"] for member in result["members"]} == {"constant"}


def test_a_processor_never_is_a_card_that_does_not_wake(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.loop.told_at_once", lambda _: "cpu")
    monkeypatch.setattr("engine.worker.desk.SLOW_CARD", -1.0)
    worker = sit()
    idle(worker).on_job = lambda _: worker._budget.used(worker._budget.total)
    assert worker.run_to_end() == 1
    assert events(run, "stopped")[-1].data["reason"] == "budget"


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("word", ["finish", "discard"])
def test_commands_are_heard_before_it_is_known_where_to_compute(word: str, sit: Sit, run: RunFolder) -> None:
    sit("pause", "resume", word).run_to_end()
    said = [event.type for event in EventTail(run.events_path).poll()]
    assert said[:2] == ["paused", "resumed"]
    assert said[-1] == "stopped"
    assert len(events(run, "point")) == 1


@pytest.mark.usefixtures("card")
def test_the_system_may_end_a_sitting_before_it_is_known_where_to_compute(sit: Sit, run: RunFolder) -> None:
    worker = sit()
    idle(worker).on_open = worker._leave
    assert worker.run_to_end() == 1
    assert run.result() is None


@pytest.mark.usefixtures("card")
def test_a_trainer_that_is_gone_before_it_tells_where_it_computes_is_replaced(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(inbox: queue.Queue[Any], generation: int) -> Idle:
        trainer = Idle()
        trainer.on_open = lambda: tell(generation, {"reply": "ready", "device": "cuda"})
        return trainer

    def tell(generation: int, message: dict[str, Any]) -> None:
        worker._inbox.put(TrainerReply(generation, message))
        worker._inbox.put(Command("discard"))

    monkeypatch.setattr("engine.worker.desk.TrainerHandle", start)
    worker = sit()
    worker._inbox.put(TrainerReply(1, {"reply": "gone", "code": 1}))
    worker.run_to_end()
    assert events(run, "started")[0].data["device"] == "cuda"
    assert not events(run, "failed")
    clock = [event.active_s for event in EventTail(run.events_path).poll()]
    assert clock == sorted(clock)


class Paused:
    """A sitting that is paused and resumed at its first job; a second trainer's first job is its end."""

    def __init__(self, sit: Sit, first: str, second: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the devices on which the two trainers say they compute; None for one that says nothing."""
        monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)  # or the pause would be taken back
        self.second = Idle()
        self.second.on_job = lambda _learner: self.hear(Command("discard"))
        monkeypatch.setattr("engine.worker.desk.TrainerHandle", lambda _inbox, number: self._start(number, second))
        self.worker = sit(on_job=self._pause)
        idle(self.worker).on_open = lambda: self.hear(TrainerReply(1, {"reply": "ready", "device": first}))

    def hear(self, item: object) -> None:
        self.worker._inbox.put(item)

    def _pause(self, _learner: str) -> None:
        for word in ("pause", "resume"):
            self.hear(Command(word))

    def _start(self, number: int, device: str | None) -> Idle:
        if device is not None:
            self.second.on_open = lambda: self.hear(TrainerReply(number, {"reply": "ready", "device": device}))
        return self.second


@pytest.mark.usefixtures("card")
def test_a_card_that_is_gone_after_a_pause_ends_the_sitting_and_no_learner_is_blamed(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Paused(sit, "cuda", "cpu", monkeypatch).worker.run_to_end() == 1
    assert run.result() is None
    assert not events(run, "failed")
    assert events(run, "message")[-1].data["text"].startswith("The graphics card does not answer any more")


@pytest.mark.usefixtures("card")
def test_a_card_that_does_not_wake_after_a_pause_is_no_learners_fault(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.desk.CARD_PATIENCE", -1.0)
    with pytest.raises(DeviceError, match="graphics card does not answer"):
        Paused(sit, "cuda", None, monkeypatch).worker.run_to_end()
    assert not events(run, "failed")


def on_a_card(sit: Sit, fates: list[str], monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A sitting whose trainers, one after another, ``wake`` until a pause, or ``crash`` before; the last is its end."""
    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)  # or the pause would be taken back
    left = list(fates)

    def begin(trainer: Idle, number: int) -> Idle:
        if left.pop(0) == "wake":
            trainer.on_open = lambda: worker._inbox.put(TrainerReply(number, {"reply": "ready", "device": "cuda"}))
            trainer.on_job = lambda _learner: command(*(("pause", "resume") if left else ("discard",)))
        else:
            trainer.on_job = lambda _learner: worker._inbox.put(TrainerReply(number, {"reply": "gone", "code": 1}))
        return trainer

    def command(*words: str) -> None:
        for word in words:
            worker._inbox.put(Command(word))

    monkeypatch.setattr("engine.worker.desk.TrainerHandle", lambda _inbox, number: begin(Idle(), number))
    worker = sit()
    begin(idle(worker), 1)
    return worker


@pytest.mark.usefixtures("card")
def test_a_trainer_that_ends_before_its_card_is_awake_is_replaced_and_no_learner_is_blamed(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_card(sit, ["wake", "crash", "wake", "crash", "wake"], monkeypatch).run_to_end()
    assert events(run, "stopped")[-1].data["reason"] == "discarded"
    assert not events(run, "failed")


@pytest.mark.usefixtures("card")
def test_a_card_that_ends_two_trainers_in_a_row_before_it_is_awake_does_not_answer(
    sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DeviceError, match="graphics card does not answer"):
        on_a_card(sit, ["wake", "crash", "crash"], monkeypatch).run_to_end()
    assert not events(run, "failed")


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(("device", "told"), [("cpu", "cpu"), ("cuda", None)])
def test_what_began_on_the_processor_stays_there_and_a_card_is_looked_for_again(
    device: str, told: str | None, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Paused(sit, device, device, monkeypatch)
    sitting.worker.run_to_end()
    assert sitting.second.opened == [told]
    assert events(run, "stopped")[-1].data["reason"] == "discarded"


def test_a_worker_keeps_no_second_copy_of_what_the_trainer_has(sit: Sit) -> None:
    worker = sit("discard")
    worker.run_to_end()
    assert "x:length" not in worker._server.train.frame.columns


@pytest.mark.skipif(sys.platform == "win32", reason="there, what is open cannot be moved")
@pytest.mark.parametrize("fails", [False, True])
def test_a_run_whose_folder_is_moved_stops_there_and_goes_on_where_it_is_then(
    fails: bool, sit: Sit, run: RunFolder
) -> None:
    elsewhere = run.path.with_name("elsewhere")

    def move(learner: str) -> None:
        run.path.rename(elsewhere)
        if fails:
            failed = {"reply": "failed", "learner": learner, "reason": "error", "message": "FileNotFoundError: state"}
            worker._inbox.put(TrainerReply(1, failed))

    worker = sit(on_job=move)
    assert worker.run_to_end() == 1
    assert not run.path.exists()
    moved = RunFolder.open(elsewhere)
    assert events(moved, "message")[-1].data["text"] == MOVED
    assert not events(moved, "failed")
    assert moved.result() is None
    sit("discard", of=moved).run_to_end()
    assert moved.result() is not None


@pytest.mark.parametrize("taken", [False, True])
def test_what_a_kill_right_after_the_result_left_is_removed_unless_another_worker_is_still_there(
    taken: bool, sit: Sit, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise RunError("Another process is already training it.")

    state, served = run.checkpoints_path / "Linear" / "state-0001", run.checkpoints_path / ".served"
    for folder in (state, served):
        folder.mkdir(parents=True)
    run.write_result({"stopped_because": "budget"})
    if taken:
        monkeypatch.setattr("engine.worker.loop.take_ownership", refuse)
    assert sit().run_to_end() == 0
    assert [state.exists(), served.exists()] == [taken, taken]
    assert state.parent.exists()
