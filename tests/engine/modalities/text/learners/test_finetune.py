from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from engine.arrays import FloatArray
from engine.backbones.minilm import load_minilm, places_of
from engine.backbones.weights import verified
from engine.backbones.wordpieces import PADDING
from engine.budget import Deadline
from engine.errors import ModelError
from engine.finetune.base import View
from engine.learners.base import Job, Learner
from engine.modalities.text.features import FeatureKind, frozen
from engine.modalities.text.learners import finetune as text_finetune
from engine.modalities.text.learners.finetune import TextFineTune, TextNet
from engine.modalities.text.learners.frozen_head import FrozenHead
from engine.modalities.text.members.network import BACKBONE, NetworkMember, seen
from engine.modalities.text.samples import TextSamples
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, long_files, number_job, peak_of, several_job

SETTINGS: dict[str, Any] = {"layers": 1, "epochs": 1, "batch": 8, "rate": 1e-4}
HALF = 0.02  # what half precision leaves open, of features around 0.3


def learner(job: Job, **changed: Any) -> TextFineTune:
    return TextFineTune(job, SETTINGS | changed)


@pytest.fixture(scope="module")
def tuned() -> Learner:
    return contract.run_to_the_end(learner(class_job(each=4), folds=2))


@pytest.mark.parametrize("job", [several_job, number_job])
def test_it_answers_every_kind_well_formed(job: Callable[..., Job]) -> None:
    contract.predictions_are_well_formed(lambda: learner(job(each=4)))


def test_it_keeps_the_contract_and_what_was_checked_is_what_is_served(tuned: Learner, tmp_path: Path) -> None:
    job = tuned.job
    # What the untuned layers see is computed anew after a restart, in half precision and in other company.
    one = contract.slices_and_restarts_change_nothing(lambda: learner(job), tmp_path, after_restart=1e-3)
    contract.its_predictions_are_well_formed(one)
    contract.an_interrupted_slice_ends_soon(lambda: learner(job))
    rows = np.flatnonzero(job.folds == 0)
    np.testing.assert_allclose(one.member().predict(job.samples.take(rows)), one.validation()[rows], atol=HALF)


def test_texts_that_hold_the_marks_of_the_network_are_learned_from() -> None:
    job = class_job(each=4)
    texts = [
        f"the {mark} goal of the new day" for mark in ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD] [PAD]")
    ] * 2
    contract.run_to_the_end(learner(replace(job, samples=TextSamples.from_texts(texts))))


def test_all_layers_are_tuned_where_that_is_asked_for_and_each_changes(tmp_path: Path) -> None:
    one = contract.run_to_the_end(learner(class_job(each=4), layers=6, rate=1e-3))
    member = one.member()
    assert isinstance(member, NetworkMember)
    (part,), before = member.parts, load_minilm(verified(BACKBONE)).float().state_dict()
    changed = {name for name, value in before.items() if not torch.equal(value, part.get(name, value))}
    assert {name.split(".")[1] for name in changed} == set("012345")
    rows = np.flatnonzero(one.job.folds == 0)
    served = member.predict(one.job.samples.take(rows))
    np.testing.assert_allclose(served, one.validation()[rows], atol=HALF)
    loaded = NetworkMember.load(tmp_path, member.save(tmp_path), one.job.task)
    np.testing.assert_allclose(loaded.predict(one.job.samples), member.predict(one.job.samples), atol=1e-6)


def test_it_tells_topics_apart() -> None:
    one = contract.run_to_the_end(learner(class_job(each=16), epochs=3, layers=2))
    rows = one.job.folds == 0
    assert (one.validation()[rows].argmax(axis=1) == one.job.labels[rows]).mean() > 0.9


def test_only_the_last_layers_are_kept_and_a_saved_member_answers_the_same(tuned: Learner, tmp_path: Path) -> None:
    member = tuned.member()
    assert isinstance(member, NetworkMember)
    assert len(member.parts) == 2
    assert {name.split(".")[1] for name in member.parts[0] if "." in name} == {"5"}
    loaded = NetworkMember.load(tmp_path, member.save(tmp_path), tuned.job.task)
    np.testing.assert_allclose(loaded.predict(tuned.job.samples), member.predict(tuned.job.samples), atol=1e-6)


def unprepared(texts: list[str], **settings: Any) -> TextNet:
    job = class_job(each=2)
    return learner(Job(job.task, TextSamples.from_texts(texts), job.labels, job.folds), **settings).net()


def prepared(texts: list[str], **settings: Any) -> TextNet:
    net = unprepared(texts, **settings)
    while not net.prepare():
        pass
    return net


@pytest.mark.parametrize(
    ("texts", "pieces", "whole"),
    [(["goal"] * 250, 3, 1.0), (["goal " * 60_000] * 3, 3, 16.0), (["goal " * 60_000, "goal"], 2, 8.5)],
)
def test_words_are_looked_up_with_looks_at_the_clock(texts: list[str], pieces: int, whole: float) -> None:
    net = unprepared(texts)
    assert [net.prepare() for _ in range(pieces)] == [False] * (pieces - 1) + [True]
    assert net.whole == whole


def test_long_texts_are_learned_by_some_chunks_and_checked_whole() -> None:
    net = prepared(["goal " * 300 + "bank " * 300] * 6, chunks=2)
    turns = set()
    for seed in range(8):
        state, words, owner, *_ = net.inputs(np.array([0, 1]), View(True, random=np.random.default_rng(seed)))
        assert owner.tolist() == [0, 0, 1, 1]
        assert len(state) == int((words != PADDING).sum())
        turns.add(tuple(words[:, 1].tolist()))
    assert len(turns) > 1
    inputs = net.inputs(np.array([0, 1]), View())
    assert inputs[2].tolist() == [0] * 5 + [1] * 5
    with torch.inference_mode(), net.precision():
        assert net.body(*inputs).shape == (2, net.length)


def test_fewer_long_texts_are_looked_at_together_where_they_are_looked_at_whole() -> None:
    short, long = prepared(["goal"] * 5 + ["goal " * 300]), prepared(["goal " * 600] * 6)
    assert [short.together(batch, View()) for batch in (8, 64, 128)] == [8, 64, 128]
    assert [long.together(batch, View()) for batch in (1, 8, 64, 128)] == [1, 8, 12, 25]
    assert long.together(64, View(rough=True)) == 64  # one chunk of each
    long.device = "cuda"
    assert long.together(128, View()) == 102


def test_what_is_remembered_is_what_is_seen() -> None:
    texts = ["goal " * 200, "a bank", "", "the star", "space " * 90, "team"]
    net, rows = prepared(texts, layers=2), np.arange(6)
    first, again = net.inputs(rows, View()), net.inputs(rows[::-1].copy(), View())
    torch.testing.assert_close(first[0][:102], again[0][-204:-102])
    words = first[1]
    with torch.inference_mode(), net.precision():
        whole = seen([net.body.get_submodule("network")], 0, words)  # type: ignore[list-item]
        found = net.body(*first)
    assert (found[1:] - whole[2:]).abs().max() < HALF


@pytest.mark.parametrize("layers", [1, 6])
def test_a_card_is_not_waited_for_while_texts_are_made_ready_and_looked_at(
    layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["goal " * 200, "a bank", "", "the star", "space", "team"]
    net, carried = prepared(texts, layers=layers), list[torch.Tensor]()

    def sent(values: torch.Tensor, device: str) -> torch.Tensor:
        carried.append(values)
        return values

    def waits(*_: Any) -> None:
        raise AssertionError("a card would have to be waited for")

    with monkeypatch.context() as there, torch.inference_mode(), net.precision():
        there.setattr(text_finetune, "sent", sent)
        there.setattr(torch.Tensor, "nonzero", waits)
        there.setattr(torch, "bincount", waits)
        _, words, owner, places, counts = told = net.inputs(np.arange(6), View())
        assert net.body(*told).shape == (6, net.length)
    assert all(any(part is one for one in carried) for part in told[1:])
    assert torch.equal(places, places_of(words))
    assert torch.equal(counts, torch.bincount(owner))


def test_texts_are_not_taken_apart_where_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    net, kept = prepared(["goal " * 200, "a bank", "", "the star", "space", "team"], layers=6), list[Any]()
    monkeypatch.setattr(net._memory, "keep", lambda *asked: kept.append(asked))
    state, words, *_ = net.inputs(np.arange(6), View())
    assert not kept
    with torch.inference_mode():
        assert torch.equal(state, frozen("cpu").states(words, 0)[0])


def test_what_the_frozen_network_saw_is_taken_over(tmp_path: Path) -> None:
    texts, rows = ["goal " * 100, "a bank", "", "the star", "space", "team"], np.arange(6)
    job = class_job(each=2)
    job = Job(job.task, TextSamples([(text,) for text in texts], tmp_path), job.labels, job.folds, threads=1)
    assert learner(job).net().recalled(rows) is None
    contract.run_to_the_end(FrozenHead(job, {}))
    net = learner(job).net()
    while not net.prepare():
        pass
    recalled = net.recalled(rows)
    assert recalled is not None
    with torch.inference_mode(), net.precision():
        assert np.abs(net.body(*net.inputs(rows, View())).numpy() - recalled).max() < HALF


def test_what_was_seen_of_some_texts_is_taken_over_where_there_is_no_room_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, rows = class_job(each=2), np.array([1, 4])
    assert isinstance(job.samples, TextSamples)
    samples = TextSamples(job.samples.texts(), tmp_path)
    job = replace(job, samples=samples, threads=1)
    contract.run_to_the_end(FrozenHead(job, {}))
    net = learner(job).net()
    known = net.recalled(np.arange(6))
    assert known is not None
    samples.known.clear()  # as in a new process: it lies on the disk
    available = 2.5 * len(rows) * 4 * FeatureKind().length
    monkeypatch.setattr("engine.features.table.psutil.virtual_memory", lambda: SimpleNamespace(available=available))
    with pytest.raises(MemoryError):
        net.recalled(np.arange(6))
    np.testing.assert_array_equal(learner(job).net().recalled(rows), known[rows])


def test_less_memory_means_nothing_remembered_then_fewer_and_shorter_chunks() -> None:
    net, rows = prepared(["goal " * 600] * 6, chunks=2), np.array([0, 1])
    net.inputs(rows, View())
    lengths = []
    for _ in range(4):
        assert net.lighter()
        lengths.append(net.inputs(rows, View(True))[1].shape)
    assert lengths == [(4, 122), (2, 122), (2, 64), (2, 32)]
    assert not net.lighter()


def test_a_language_it_does_not_know_ends_it_at_once_with_a_sentence() -> None:
    job = class_job(each=4)
    texts = TextSamples.from_texts(["味道很好, 送餐很快, 下次还点"] * len(job.labels))
    one = learner(Job(job.task, texts, job.labels, job.folds))
    progress = one.advance(Deadline(contract.LONG))
    assert progress.done
    assert not progress.improved
    assert "left out" in progress.message
    assert np.isnan(one.validation()).all()


def test_any_text_is_answered(tuned: Learner) -> None:
    strange = TextSamples.from_texts(["", "\ud800", "😀" * 50, "完全不同的语言", "\x00", "goal " * 200_000])
    np.testing.assert_allclose(tuned.member().predict(strange).sum(axis=1), 1.0)


def test_of_many_long_texts_few_are_in_memory_and_yet_all_answered(tuned: Learner, tmp_path: Path) -> None:
    member, words = tuned.member(), ["goal", "bank", "star"] * 16
    long, expected = long_files(tmp_path, words), member.predict(TextSamples.from_texts(words))
    found = list[FloatArray]()
    assert peak_of(lambda: found.append(member.predict(long))) < 30_000_000
    np.testing.assert_allclose(found[0], expected, atol=1e-6)


def test_a_damaged_member_is_refused(tuned: Learner, tmp_path: Path) -> None:
    settings, task = tuned.member().save(tmp_path), tuned.job.task
    with pytest.raises(ModelError, match="does not know"):
        NetworkMember.load(tmp_path, {**settings, "backbone": "other"}, task)
    with pytest.raises(ModelError, match="damaged"):
        NetworkMember.load(tmp_path, settings, class_job(classes=2).task)
    with pytest.raises(ModelError, match="damaged"):
        NetworkMember.load(tmp_path, {**settings, "networks": float("inf")}, task)
    (tmp_path / "networks.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="damaged"):
        NetworkMember.load(tmp_path, settings, task)
