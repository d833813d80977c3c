"""A run in which learners fail after they have worked, lack memory or are killed at work, on any data."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from engine.curve import CONSTANT
from engine.events import Event
from engine.model.model import Model
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.task import Modality
from engine.worker.checkpoint import Checkpoint
from engine.worker.handle import start
from engine.worker.roster import STRIKES
from tests.engine.worker.breaking import (
    PATIENCE_S,
    break_learners,
    check_it_answers,
    finish_after,
    names_in,
    of_type,
    others_are_served,
    watch,
)
from tests.engine.worker.small_runs import small_run

GROWING = "LightGBM, growing"
FAULT = "stopped unexpectedly (code 139)"
CHEAP = {  # learners, of which the first begins; the others take so long that the worker is killed at work
    Modality.IMAGE: ["image.thumbnail_ridge", "image.frozen_head"],
    Modality.AUDIO: ["audio.head"] * 2,
    Modality.TEXT: ["text.ngrams"] * 4,
}


def ended_run(folder: Path) -> tuple[RunFolder, list[Event]]:
    """Let a run on a small table come to its own end; return it with all its events."""
    run = small_run(folder, Modality.TABLE)
    assert start(run.path).wait(PATIENCE_S) == 0
    check_it_answers(run)
    return run, EventTail(run.events_path).poll()


def members_of(run: RunFolder) -> set[str]:
    """Who is served in the end."""
    result = run.result()
    assert result is not None
    return {member["name"] for member in result["members"]}


def test_of_a_learner_that_crashes_once_it_was_served_what_it_learned_stays_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_learners({}, tmp_path, monkeypatch, ["table.lightgbm"], {"table.lightgbm": "relapses"})
    run, events = ended_run(tmp_path)
    failed = of_type(events, "failed")
    assert [(event.data["reason"], event.data["message"]) for event in failed] == [("crash", FAULT)] * STRIKES
    assert not any("withdrawn" in event.data for event in failed)
    (served,) = [event.active_s for event in of_type(events, "point") if event.data["learner"] == GROWING]
    assert served <= failed[0].active_s
    assert members_of(run) == {GROWING}
    assert Checkpoint(run.checkpoints_path, GROWING).mark.version == 1


def test_a_learner_whose_models_end_the_process_when_asked_is_withdrawn_and_another_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_learners({}, tmp_path, monkeypatch, ["table.lightgbm", "table.linear"], {"table.lightgbm": "ends when asked"})
    run, events = ended_run(tmp_path)
    failed = of_type(events, "failed")
    assert {event.data["learner"] for event in failed} == {GROWING}
    assert [(event.data["reason"], event.data["message"]) for event in failed] == [("crash", FAULT)] * len(failed)
    assert failed[0].data["withdrawn"] == 1
    assert len(failed) <= STRIKES
    assert {event.data["learner"] for event in of_type(events, "point")} == {CONSTANT, "Linear"}
    assert members_of(run) == {"Linear"}
    assert [member.name for member in Model.load(run.small_path).members] == ["Linear"]


def kill_at_work(run: RunFolder) -> None:
    """Kill a run's trainer as soon as it starts or works and, once what one has learned is served, the worker."""
    handle, tail = start(run.path), EventTail(run.events_path)
    watch(handle, tail, lambda events: bool(of_type(events, "started")))
    for child in psutil.Process(handle.pid).children():
        child.kill()
    watch(handle, tail, others_are_served)
    children = psutil.Process(handle.pid).children()
    handle.kill()
    psutil.wait_procs(children, timeout=PATIENCE_S)


def all_that_failed_is_judged(events: list[Event]) -> bool:
    """Whether all that lacked memory in any sitting has a candidate."""
    return names_in(of_type(events, "failed")) == names_in(of_type(events, "evaluated"))


@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.AUDIO, Modality.TEXT])
def test_a_run_on_files_goes_on_after_its_trainer_and_its_worker_were_killed_and_memory_was_short(
    modality: Modality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_learners({}, tmp_path, monkeypatch, CHEAP[modality], dict.fromkeys(CHEAP[modality], "starves at first"))
    run = small_run(tmp_path, modality)
    kill_at_work(run)
    assert run.result() is None
    check_it_answers(run)
    events = finish_after(run, all_that_failed_is_judged)
    (went_on,) = of_type(events, "started")[1:]
    assert went_on.data["resumed"]
    failed = of_type(events, "failed")
    killed = sum("ended by the system" in event.data["message"] for event in failed)
    assert killed <= 1  # none where the trainer was killed before it could begin
    assert [event.data["reason"] for event in failed] == ["memory"] * len(CHEAP[modality])
    told = [event.data["text"] for event in of_type(events, "message")]
    for name in names_in(failed):
        assert len([text for text in told if text.startswith(f"{name}: It ran out of memory, so it goes on in")]) == 1
    clock = [event.active_s for event in events]
    assert clock == sorted(clock)
    assert members_of(run) <= names_in(failed)
    check_it_answers(run)
