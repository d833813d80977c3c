"""What a person may ask for, of what, and what it does to the learners of a run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities import Entry, portfolio
from engine.run.folder import RunOptions
from engine.task import Kind, Modality, Task
from engine.transfer import TRANSFER
from engine.transfer.asked import AUTO, WORDS, canonical, guarded, refusal

CLASSES = ("a", "b")
MULTICLASS = Task(Modality.IMAGE, Kind.MULTICLASS, CLASSES)
WAYS = [word for word in WORDS if word not in (AUTO, "none", "noguard")]
WITH_PENALTY = {"l2sp", "delta", "bss", "cotuning"}

spellings = st.tuples(st.booleans(), st.sampled_from(["", " ", "\t "]))


def spelled(word: str, loud: bool, space: str) -> str:
    return f"{space}{word.upper() if loud else word}{space}"


@given(said=st.lists(st.tuples(st.sampled_from(WORDS), spellings), min_size=1, max_size=8))
def test_words_that_go_together_are_taken_in_any_order_and_spelling_and_others_refused(
    said: list[tuple[str, tuple[bool, str]]],
) -> None:
    words = {word for word, _ in said}
    text = "+".join(spelled(word, *spelling) for word, spelling in said)
    not_alone = words & {AUTO, "none"} and len(words - {"noguard"}) > 1
    if not_alone or ("neverhurt" in words and not words & WITH_PENALTY):
        with pytest.raises(ValueError, match=r"leave one of them out|add l2sp"):
            canonical(text)
        return
    kept = canonical(text)
    assert kept.split("+") == [word for word in WORDS if word in words]
    assert canonical(kept) == kept
    assert guarded(kept) == ("noguard" not in words)


@pytest.mark.parametrize("text", ["glue", "l2sp+glue", "l2sp,delta", "l2 sp", "", "+", "l2sp+", "l2sp++delta"])
def test_who_asks_for_an_unknown_way_is_told_all_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="there is no way") as refused:
        canonical(text)
    assert all(word in str(refused.value) for word in WORDS)


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_measured_to_be_best_is_for_all(modality: Modality, kind: Kind) -> None:
    task = Task(modality, kind, () if kind is Kind.REGRESSION else CLASSES)
    assert refusal(AUTO, task) is refusal("none", task) is None


@pytest.mark.parametrize(
    ("asked", "task", "words"),
    [
        ("bss", Task(Modality.TABLE, Kind.MULTICLASS, CLASSES), "no use for bss"),
        ("l2sp+neverhurt", Task(Modality.TABLE, Kind.MULTICLASS, CLASSES), r"no use for l2sp\+neverhurt"),
        ("none+noguard", Task(Modality.TABLE, Kind.MULTICLASS, CLASSES), "no use for noguard"),
        ("delta", Task(Modality.TEXT, Kind.MULTICLASS, CLASSES), "delta is for networks that see pictures"),
        ("l2sp+delta+noguard", Task(Modality.TEXT, Kind.MULTICLASS, CLASSES), "delta is for networks that see"),
        ("cotuning", Task(Modality.AUDIO, Kind.MULTICLASS, CLASSES), "cotuning is for networks that see pictures"),
        ("cotuning", Task(Modality.IMAGE, Kind.MULTILABEL, CLASSES), "one class each"),
        ("delta+cotuning+neverhurt", Task(Modality.IMAGE, Kind.MULTILABEL, CLASSES), "one class each"),
        ("cotuning", Task(Modality.IMAGE, Kind.REGRESSION), "one class each"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(asked: str, task: Task, words: str) -> None:
    sentence = refusal(asked, task)
    assert sentence is not None
    assert re.search(words, sentence)
    assert "leave it out" in sentence.lower()


def test_ways_that_all_can_be_gone_are_not_refused() -> None:
    assert refusal("+".join(WAYS), MULTICLASS) is None
    assert refusal("l2sp+bss+rifle+neverhurt+noguard", Task(Modality.TEXT, Kind.MULTILABEL, CLASSES)) is None
    assert refusal("noguard", Task(Modality.AUDIO, Kind.REGRESSION)) is None


def learners(asked: str = AUTO) -> tuple[Entry, ...]:
    options = RunOptions(60.0, weights=("resnet18.pth",), transfer=asked)
    return portfolio(MULTICLASS, 100, "cpu", options=options)


@pytest.mark.parametrize("asked", [AUTO, "none", "noguard", "auto+noguard", "none+noguard"])
def test_networks_are_tuned_as_they_are_where_no_way_is_asked_for(asked: str) -> None:
    assert learners(asked) == learners()
    assert not any(entry.settings.get("transfer") for entry in learners(asked))


@pytest.mark.parametrize(
    ("asked", "ways", "of_own"),
    [
        ("l2sp", ["l2_sp"], ["l2_sp"]),
        ("delta", ["delta"], []),
        ("bss", ["bss"], ["bss"]),
        ("cotuning", ["co_tuning"], ["co_tuning"]),
        ("rifle", ["rifle"], ["rifle"]),
        ("l2sp+rifle+noguard", ["l2_sp", "rifle"], ["l2_sp", "rifle"]),
        ("bss+neverhurt", ["bss", "never_hurt"], ["bss", "never_hurt"]),
        ("l2sp+delta+neverhurt", ["l2_sp", "delta", "never_hurt"], ["l2_sp", "never_hurt"]),
        ("delta+neverhurt", ["delta", "never_hurt"], []),
        ("delta+rifle+neverhurt", ["delta", "rifle", "never_hurt"], ["rifle"]),
    ],
)
def test_all_that_tune_a_network_hold_on_in_the_ways_that_are_asked_for(
    asked: str, ways: list[str], of_own: list[str]
) -> None:
    entries = learners(asked)
    assert [entry.name for entry in entries] == [entry.name for entry in learners()]
    held = {entry.kind: list(entry.settings.get("transfer", {})) for entry in entries}
    assert not held["image.frozen_head"] + held["image.outside_head"] + held["image.scratch"]
    assert held["image.finetune"] == ways
    assert held["image.outside_finetune"] == of_own


def test_every_regularizer_can_be_asked_for() -> None:
    (tuned, *_) = (entry for entry in learners("+".join(WAYS)) if entry.kind == "image.finetune")
    assert set(tuned.settings["transfer"]) == set(TRANSFER)
