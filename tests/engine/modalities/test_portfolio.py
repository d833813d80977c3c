"""What every portfolio keeps to, whatever it is for."""

from __future__ import annotations

from typing import Any

import pytest

from engine.finetune.learner import FineTune
from engine.learners import LEARNERS, learner_class
from engine.modalities import Entry, portfolio
from engine.modalities.image.learners.search import Search
from engine.task import Kind, Modality, Task


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.parametrize("size", [30, 5_000])
def test_a_run_that_goes_on_on_another_device_finds_no_foreign_state_under_a_name(
    modality: Modality, size: int
) -> None:
    task = Task(modality, Kind.MULTICLASS, ("no", "yes"))
    known: dict[str, tuple[str, Any]] = {}
    for device in ("cpu", "cuda", "mps"):
        for entry in portfolio(task, size, device):
            learned = (entry.kind, entry.settings)
            assert known.setdefault(entry.name, learned) == learned


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_what_repeats_an_entry_differs_in_what_is_held_out_and_is_nobodys_alternative(
    modality: Modality, device: str
) -> None:
    entries = {entry.name: entry for entry in portfolio(Task(modality, Kind.MULTICLASS, ("no", "yes")), 5_000, device)}
    for entry in entries.values():
        if entry.repeats:
            assert not entry.group
            assert entry.kind == entries[entry.repeats].kind
            assert dict(entry.settings, skipped=0) == {**entries[entry.repeats].settings, "skipped": 0}


@pytest.mark.parametrize("kind", LEARNERS)
def test_who_trains_a_network_in_steps_is_known_by_the_kind_alone(kind: str) -> None:
    assert Entry("one", kind).steps == issubclass(learner_class(kind), FineTune | Search)
