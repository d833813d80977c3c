from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.backbones import BACKBONES
from engine.learners import learner_class
from engine.modalities import portfolio
from engine.modalities.image.learners.finetune import ImageFineTune, ImageNet
from engine.task import Kind, Modality, Task
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.image.pictures import class_job

TASK = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("size", [6, 2_000, 200_000])
def test_names_are_unique_and_the_first_needs_no_network(size: int, device: str) -> None:
    entries = portfolio(TASK, size, device)
    assert len({entry.name for entry in entries}) == len(entries)
    assert entries[0].kind == "image.thumbnail_ridge"
    assert entries[0].first_slice <= 1.0


def test_every_entry_can_be_learned(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    job = replace(class_job(folder / "p", each=3, cache=folder / "cache"), threads=1)
    for entry in portfolio(job.task, len(job.labels), "cpu"):
        if not entry.repeats:  # it differs in what is held out alone
            run_to_the_end(learner_class(entry.kind)(job, {**entry.settings, "epochs": 1, "trials": 2, "finer": []}))


def test_every_entry_for_a_card_can_be_learned(tmp_path: Path) -> None:
    job = replace(class_job(tmp_path / "p", each=3, cache=tmp_path / "cache"), threads=1)
    usual, tuned = portfolio(job.task, len(job.labels), "cpu"), 0
    for entry in portfolio(job.task, len(job.labels), "cuda"):
        if entry in usual or entry.repeats:
            continue
        # Networks are tuned on pictures that grow: the first until they are large, the others begin in the same way.
        one = learner_class(entry.kind)(job, {**entry.settings, "epochs": 1 if tuned else 3})
        run_to_the_end(one)
        if isinstance(one, ImageFineTune) and entry.tunes:
            net, tuned = one._net, tuned + 1
            assert isinstance(net, ImageNet)
            assert (net.resolution, net.growing, net.mixing, net.trivial, net.frozen) == (224, True, 0.5, True, 0)
    assert tuned == 3


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_networks_are_tuned_after_a_first_look_at_what_they_see(device: str) -> None:
    kinds = [entry.kind for entry in portfolio(TASK, 2_000, device)]
    assert kinds.index("image.frozen_head") < kinds.index("image.finetune")


def test_pictures_are_mixed_and_changed_in_many_ways_only_where_there_are_many_passes() -> None:
    def varied(device: str) -> set[tuple[bool, bool]]:
        tuned = [entry.settings for entry in portfolio(TASK, 2_000, device) if entry.kind == "image.finetune"]
        return {(settings.get("mixing", 0.0) > 0.0, settings.get("trivial", False)) for settings in tuned}

    assert varied("cuda") == {(True, True)}
    assert varied("cpu") == varied("mps") == {(False, False)}


def test_a_card_tunes_each_network_that_comes_along() -> None:
    tuned = [entry.network for entry in portfolio(TASK, 2_000, "cuda") if entry.tunes and not entry.repeats]
    assert sorted(tuned) == sorted(BACKBONES)
    assert tuned[-1] == "efficientnet_lite1"  # only when all else is done
