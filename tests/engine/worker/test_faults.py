"""A run in which a learner goes wrong in any way still ends with a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from typing_extensions import override

from engine.budget import Deadline
from engine.dataset import Split
from engine.errors import ModelError
from engine.events import Event
from engine.learners import LEARNERS
from engine.learners.constant import ConstantMember
from engine.modalities import FIRST_KINDS, portfolio
from engine.model.model import Model
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.task import Modality, Task
from engine.worker.bench import Bench
from engine.worker.handle import start
from engine.worker.roster import STRIKES
from tests.engine.flowers import flower_run, wait_for
from tests.engine.worker.breaking import (
    PATIENCE_S,
    break_learners,
    check_it_answers,
    finish_after,
    modality_of,
    others_are_served,
    reasons_of,
)
from tests.engine.worker.small_runs import small_run

SECOND_KINDS = {  # where those that begin a run crash
    Modality.IMAGE: "image.frozen_head",
    Modality.AUDIO: "audio.finetune",
    Modality.TEXT: "text.frozen_head",
    Modality.TABLE: "table.linear",
}


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


@pytest.mark.parametrize("broken", [*FIRST_KINDS.values(), *SECOND_KINDS.values()])
def test_a_run_on_any_data_in_which_a_learner_crashes_ends_with_a_model_that_answers(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modality = modality_of(broken)
    other = FIRST_KINDS[modality] if broken != FIRST_KINDS[modality] else SECOND_KINDS[modality]
    break_learners({broken: "Ends"}, tmp_path, monkeypatch, [broken, other])
    run = small_run(tmp_path, modality)
    events = finish_after(run, others_are_served)
    assert reasons_of(events) == {"crash"}
    result = run.result()
    assert result is not None
    assert result["active_s"] <= 61.0
    assert len(result["members"]) == 1
    check_it_answers(run)


def all_but(survivor: str) -> dict[str, str]:
    """Every other kind of learner for such data, half of them to raise and half to end their process."""
    modality = modality_of(survivor)
    others = [kind for kind in LEARNERS if kind.startswith(f"{modality.value}.") and kind != survivor]
    return {kind: ("Raises", "Ends")[place % 2] for place, kind in enumerate(others)}


@pytest.mark.parametrize("survivor", ["image.thumbnail_ridge", "text.ngrams", "table.linear"])  # of sounds see above
def test_a_run_of_all_learners_of_which_one_kind_alone_works_ends_with_its_model_and_tries_no_other_for_ever(
    survivor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults, modality = all_but(survivor), modality_of(survivor)
    break_learners(faults, tmp_path, monkeypatch)
    run = small_run(tmp_path, modality, weights=["own.pth"] if modality is Modality.IMAGE else ())
    assert start(run.path).wait(PATIENCE_S) == 0
    train = run.dataset().part(Split.TRAIN)
    entries = {entry.name: entry for entry in portfolio(run.task, len(train), "cpu", train, run.options)}
    events = EventTail(run.events_path).poll()
    failures = Counter(event.data["learner"] for event in events if event.type == "failed")
    broken = [name for name, entry in entries.items() if entry.kind in faults and not entry.repeats]
    assert failures == dict.fromkeys(broken, STRIKES)
    assert {entries[name].kind for name in broken} == set(faults)
    told = [event.data["text"] for event in events if event.type == "message"]
    assert all(any(text.startswith(f"{name}: It failed again, so it is left out.") for text in told) for name in broken)
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "converged"
    assert {entries[member["name"]].kind for member in result["members"]} == {survivor}
    check_it_answers(run)


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
