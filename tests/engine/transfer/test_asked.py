"""What a person may ask for, of what, and what it does to the learners of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.modalities import portfolio
from engine.task import Kind, Modality, Task
from engine.transfer import TRANSFER
from engine.transfer.asked import AUTO, CHOICES, refusal

CLASSES = ("a", "b")


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_measured_to_be_best_is_for_all(modality: Modality, kind: Kind) -> None:
    task = Task(modality, kind, () if kind is Kind.REGRESSION else CLASSES)
    assert refusal(AUTO, task) is refusal("none", task) is None


@pytest.mark.parametrize(
    ("asked", "task", "words"),
    [
        ("bss", Task(Modality.TABLE, Kind.MULTICLASS, CLASSES), "without a pretrained network"),
        ("delta", Task(Modality.TEXT, Kind.MULTICLASS, CLASSES), "networks that see pictures"),
        ("cotuning", Task(Modality.AUDIO, Kind.MULTICLASS, CLASSES), "networks that see pictures"),
        ("cotuning", Task(Modality.IMAGE, Kind.MULTILABEL, CLASSES), "one class each"),
        ("cotuning", Task(Modality.IMAGE, Kind.REGRESSION), "one class each"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(asked: str, task: Task, words: str) -> None:
    sentence = refusal(asked, task)
    assert sentence is not None
    assert words in sentence
    assert "leave it out" in sentence.lower()


@pytest.mark.parametrize("asked", CHOICES)
def test_all_that_tune_a_network_hold_on_in_the_way_that_is_asked_for(asked: str) -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, CLASSES)
    plain = portfolio(task, 100, "cpu", own=[Path("resnet18.pth")])
    entries = portfolio(task, 100, "cpu", own=[Path("resnet18.pth")], transfer=asked)
    assert [entry.name for entry in entries] == [entry.name for entry in plain]
    ways = {entry.kind: set(entry.settings.get("transfer", {})) for entry in entries}
    assert not ways["image.frozen_head"] | ways["image.outside_head"] | ways["image.scratch"]
    if asked in (AUTO, "none"):
        assert entries == plain
    else:
        assert ways["image.finetune"] < set(TRANSFER)
        assert len(ways["image.finetune"]) == 1
        assert ways["image.outside_finetune"] == (set() if asked == "delta" else ways["image.finetune"])
