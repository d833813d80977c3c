from __future__ import annotations

import pytest

from engine.learners import learner_class
from engine.modalities import FIRST_KINDS, portfolio
from engine.task import Kind, Modality, Task
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.audio.sounds import class_job

TASK = Task(Modality.AUDIO, Kind.MULTICLASS, ("a", "b"))


@pytest.mark.parametrize("size", [6, 2_000, 200_000])
def test_names_are_unique_and_the_first_needs_no_network(size: int) -> None:
    entries = portfolio(TASK, size, "cpu")
    assert len({entry.name for entry in entries}) == len(entries)
    assert not entries[0].network
    assert entries[0].kind == FIRST_KINDS[Modality.AUDIO]
    assert entries[0].first_slice <= 1.0


def test_without_the_network_of_events_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = portfolio(TASK, 100, "cpu")
    monkeypatch.setattr("engine.modalities.audio.portfolio.installed", lambda name: name != "yamnet")
    without = portfolio(TASK, 100, "cpu")
    assert {entry.name for entry in everything} - {entry.name for entry in without} == {
        "A network of sound events",
        "Networks of speech and events",
    }


def test_a_card_is_given_the_same() -> None:
    assert portfolio(TASK, 100, "cuda") == portfolio(TASK, 100, "cpu")


def test_every_entry_can_be_learned(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sounds")
    job = class_job(folder / "s", each=4, cache=folder / "cache")
    for entry in portfolio(job.task, len(job.labels), "cpu"):
        run_to_the_end(learner_class(entry.kind)(job, {**entry.settings, "epochs": 1}))
