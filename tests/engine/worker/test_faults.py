"""A run in which a learner goes wrong in any way still ends with a model."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from typing_extensions import override

from engine.budget import Deadline
from engine.curve import CONSTANT
from engine.errors import ModelError
from engine.events import Event
from engine.learners import LEARNERS
from engine.learners.constant import ConstantMember
from engine.modalities import FIRST_KINDS, open_samples
from engine.model.model import Model
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.task import Modality, Task
from engine.worker.bench import Bench
from engine.worker.handle import start
from tests.engine.flowers import flower_run, wait_for
from tests.engine.worker.small_runs import small_run

ROOT = Path(__file__).parents[3]
PATIENCE_S = 90.0
SECOND_KINDS = {  # where those that begin a run crash
    Modality.IMAGE: "image.frozen_head",
    Modality.AUDIO: "audio.finetune",
    Modality.TEXT: "text.frozen_head",
    Modality.TABLE: "table.linear",
}


def break_learners(
    faults: Mapping[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, others: Sequence[str] = ()
) -> None:
    """Replace the learners of these kinds in processes started from now on; with ``others``, these alone are tried."""
    hooks = folder / "hooks"
    hooks.mkdir()
    words = "from engine.learners import LEARNERS\n"
    words += "".join(f"LEARNERS[{kind!r}] = 'tests.engine.worker.crashing:{fault}'\n" for kind, fault in faults.items())
    if "Loops" in faults.values():  # nobody waits for it as long as usual
        words += "import engine.worker.desk\nengine.worker.desk.OVERRUN_GRACE = 0.5\n"
    if others:
        words += "from tests.engine.worker.few import leave\n"
        words += f"leave({_modality(others[0]).value!r}, {[*faults, *others]!r})\n"
    (hooks / "sitecustomize.py").write_text(words)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hooks), str(ROOT)]))


def _modality(kind: str) -> Modality:
    return Modality(kind.partition(".")[0])


def finish_after(run: RunFolder, enough: Callable[[list[Event]], bool]) -> list[Event]:
    """Let a run finish once what has happened is enough; return all events."""
    handle, tail, events = start(run.path), EventTail(run.events_path), list[Event]()
    ends = time.monotonic() + PATIENCE_S
    while handle.alive() and time.monotonic() < ends:
        events += tail.poll()
        if enough(events):
            handle.send("finish")
            break
        time.sleep(0.05)
    assert handle.wait(PATIENCE_S) == 0
    return events + tail.poll()


def reasons_of(events: list[Event]) -> set[str]:
    """Why learners failed."""
    return {event.data["reason"] for event in events if event.type == "failed"}


def run_with(
    faults: Mapping[str, str], reasons: set[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[RunFolder, list[Event]]:
    """Run with learners replaced; finish once some have failed for all these reasons and another has been scored."""
    break_learners(faults, folder, monkeypatch)
    run = flower_run(folder / "run", budget_s=20.0)

    def enough(events: list[Event]) -> bool:
        return reasons <= reasons_of(events) and any(event.type == "evaluated" for event in events)

    return run, finish_after(run, enough)


@pytest.mark.parametrize(
    ("faults", "reasons"),
    [
        ({"table.lightgbm": "Raises", "table.extra_trees": "Starves"}, {"error", "memory"}),
        ({"table.lightgbm": "Loops"}, {"overrun"}),
    ],
)
def test_a_run_with_learners_gone_wrong_ends_with_a_model(
    faults: dict[str, str], reasons: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, events = run_with(faults, reasons, tmp_path, monkeypatch)
    assert reasons <= reasons_of(events)
    result = run.result()
    assert result is not None
    assert result["active_s"] <= 21.0
    assert result["score"]["validation"] > 0.2
    assert Model.load(run.model_path).task == run.task
    told = [event.data["text"] for event in events if event.type == "message"]
    lacking = [text for text in told if "ran out of memory, so it goes on in smaller pieces and" in text]
    assert len(lacking) == ("memory" in reasons)
    assert all(text.startswith("ExtraTrees") for text in lacking)


def others_are_served(events: list[Event]) -> bool:
    """Whether something has failed, and more than a plain guess is served."""
    served = [{member["name"] for member in event.data["members"]} for event in events if event.type == "point"]
    return any(event.type == "failed" for event in events) and any(names != {CONSTANT} for names in served)


@pytest.mark.parametrize("broken", [*FIRST_KINDS.values(), *SECOND_KINDS.values()])
def test_a_run_on_any_data_in_which_a_learner_crashes_ends_with_a_model_that_answers(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modality = _modality(broken)
    other = FIRST_KINDS[modality] if broken != FIRST_KINDS[modality] else SECOND_KINDS[modality]
    break_learners({broken: "Ends"}, tmp_path, monkeypatch, [other])
    run = small_run(tmp_path, modality)
    events = finish_after(run, others_are_served)
    assert reasons_of(events) == {"crash"}
    result = run.result()
    assert result is not None
    assert result["active_s"] <= 61.0
    assert len(result["members"]) == 1
    samples = open_samples(run.dataset(), run.task)
    answers = Model.load(run.model_path).predict(samples)
    assert answers.shape == (len(samples), run.task.outputs)
    assert np.isfinite(answers).all()
    assert (answers.std(axis=0) > 0.0).all()  # more than a plain guess


def test_a_full_disk_ends_the_sitting_and_the_run_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        break_learners({"table.linear": "Fills"}, tmp_path, full)
        run = flower_run(tmp_path / "run", budget_s=20.0)
        assert start(run.path).wait(PATIENCE_S) == 1
    assert run.result() is None
    events = EventTail(run.events_path).poll()
    assert "no room left on the disk" in events[-1].data["text"]
    assert not [event for event in events if event.type == "failed"]
    tail = EventTail(run.events_path)
    tail.poll()  # what was learned before the disk was full is no news
    handle = start(run.path)
    wait_for(handle, tail, "evaluated")
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0
    assert run.result() is not None


def test_a_learner_whose_answers_are_no_numbers_harms_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_learners({"table.linear": "Mumbles"}, tmp_path, monkeypatch)
    run = flower_run(tmp_path / "run", budget_s=4.0)
    assert start(run.path).wait(PATIENCE_S) == 0
    events = EventTail(run.events_path).poll()
    assert {"Linear"} < {event.data["learner"] for event in events if event.type == "slice"}
    assert "Linear" not in {event.data["learner"] for event in events if event.type == "evaluated"}
    result = run.result()
    assert result is not None
    assert result["score"]["validation"] > 0.2


def test_a_candidate_that_answers_new_samples_with_no_numbers_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, events = run_with({"table.linear": "Stammers"}, {"error"}, tmp_path, monkeypatch)
    failed = [event.data for event in events if event.type == "failed"]
    assert [(event["learner"], event["withdrawn"]) for event in failed] == [("Linear", 1)]
    assert "not all numbers" in failed[0]["message"]
    result = run.result()
    assert result is not None
    assert "Linear" not in {member["name"] for member in result["members"]}
    assert 0.2 < result["score"]["test"] < 1.0


def test_answers_that_are_no_numbers_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEARNERS, "table.linear", "tests.engine.worker.crashing:Stammers")
    bench = Bench(flower_run(tmp_path / "run"))
    bench.advance("Linear", Deadline(5.0))
    with pytest.raises(ModelError, match="not all numbers"):
        bench.answer("Linear", Deadline(5.0))


class Large(ConstantMember):
    """Fits into the processor's memory alone."""

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        if device != "cpu":
            raise MemoryError
        return cls(np.array([0.5, 0.5]))


def test_a_candidate_that_lacks_memory_to_answer_is_asked_on_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(flower_run(tmp_path / "run"))
    bench.advance("Linear", Deadline(5.0))
    bench._offered.clear()  # as in the trainer that is started after a failure
    bench.device = "cuda"
    monkeypatch.setattr("engine.worker.bench.member_class", lambda _kind: Large)
    for frugality in range(3):
        with pytest.raises(MemoryError):
            bench.answer("Linear", Deadline(5.0), frugality)
    assert bench.answer("Linear", Deadline(5.0), 3)


def test_a_learner_that_lacks_memory_is_built_anew_on_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEARNERS, "table.linear", "tests.engine.worker.crashing:Thrifty")
    bench = Bench(flower_run(tmp_path / "run"))
    bench.job = replace(bench.job, device="cuda")
    bench.device = "cuda"
    for frugality in range(3):
        with pytest.raises(MemoryError):
            bench.advance("Linear", Deadline(5.0), frugality)
    assert bench.advance("Linear", Deadline(5.0), 3).version == 1
