from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from engine.backbones.speech import SHORTEST
from engine.errors import ModelError
from engine.features.overlap import overlapped
from engine.finetune.base import View
from engine.learners.base import Job
from engine.modalities.audio.learners import finetune as audio_finetune
from engine.modalities.audio.learners.finetune import AudioFineTune, AudioNet
from engine.modalities.audio.members.network import NetworkMember
from engine.modalities.audio.samples import AudioSamples
from engine.task import Kind, Modality, Task
from tests.engine.learners import contract
from tests.engine.modalities.audio.sounds import class_job, number_job, several_job, uncached

SETTINGS: dict[str, Any] = {"epochs": 0.7, "batch": 8, "rate": 5e-4}


def learner(job: Job, **changed: Any) -> AudioFineTune:
    return AudioFineTune(replace(job, threads=1), SETTINGS | changed)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return class_job(tmp_path_factory.mktemp("sounds") / "s", each=3)


@pytest.mark.parametrize("make", [number_job, several_job])
def test_it_answers_every_kind_well_formed(make: Any, tmp_path: Path) -> None:
    contract.predictions_are_well_formed(lambda: learner(make(tmp_path / "s", size=9)))


def test_it_keeps_the_contract_and_what_was_checked_is_what_is_served(job: Job, tmp_path: Path) -> None:
    one = contract.slices_and_restarts_change_nothing(lambda: learner(uncached(job)), tmp_path)
    contract.its_predictions_are_well_formed(one)
    contract.an_interrupted_slice_ends_soon(lambda: learner(job))
    rows = np.flatnonzero(job.folds == 0)
    served = one.member().predict(job.samples.take(rows))
    np.testing.assert_allclose(served, one.validation()[rows], atol=1e-4)


def test_it_learns(tmp_path: Path) -> None:
    job = number_job(tmp_path / "s", size=24)
    found = contract.run_to_the_end(learner(job, epochs=3)).validation()[:, 0]
    rows = np.isfinite(found)
    assert np.mean((found[rows] - job.labels[rows]) ** 2) < 0.3 * job.labels.var()


def test_sounds_are_learned_by_excerpts_that_grow_and_checked_whole() -> None:
    random = np.random.default_rng(0)
    waves = [(random.normal(0, 0.1, samples).astype(np.float32), 16_000) for samples in (700_000, 32_000, 16_000)]
    some = class_job_of(AudioSamples.from_arrays(waves))
    net = learner(some).net()
    while not net.prepare():
        pass
    rows = np.arange(3)
    frames = [net.inputs(rows, View(True, progress=progress))[0].shape[1] for progress in np.linspace(0.0, 1.0, 50)]
    assert (frames[0], frames[-1]) == (99, 198)
    assert frames == sorted(frames)
    assert len(set(frames)) == 5
    _, lengths, owner, *_ = net.inputs(rows, View())
    assert owner.tolist() == [0, 0, 1, 2]
    assert lengths.tolist() == [2187, 2186, 198, 98]
    assert [net.lighter() and net.frames for _ in range(3)] == [99, SHORTEST, False]


def test_unreadable_sounds_are_left_out_and_answered_with_the_class_shares(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=4)
    for row in (0, 1):
        (tmp_path / "s" / f"{row}.wav").write_bytes(b"no sound")
    one = contract.run_to_the_end(learner(job))
    assert np.isnan(one.validation()[[0, 1]]).all()
    np.testing.assert_allclose(one.member().predict(job.samples)[[0, 1]], 1 / 3)


def test_a_saved_member_answers_the_same_and_a_damaged_one_is_refused(job: Job, tmp_path: Path) -> None:
    one = contract.run_to_the_end(learner(job, folds=2))
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")
    settings = dict(one.member().save(tmp_path))
    with pytest.raises(ModelError, match="does not know"):
        NetworkMember.load(tmp_path, {**settings, "backbone": "other"}, job.task)
    with pytest.raises(ModelError, match="damaged"):
        NetworkMember.load(tmp_path, {**settings, "fallback": [0.5, 0.5]}, job.task)
    with pytest.raises(ModelError, match="damaged"):
        NetworkMember.load(tmp_path, {**settings, "networks": float("inf")}, job.task)
    (tmp_path / "networks.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="damaged"):
        NetworkMember.load(tmp_path, settings, job.task)


def class_job_of(sounds: AudioSamples) -> Job:
    """A job on these sounds, each of a class of its own."""
    task = Task(Modality.AUDIO, Kind.MULTICLASS, tuple(str(row) for row in range(len(sounds))))
    return Job(task, sounds, np.arange(len(sounds), dtype=np.float64), np.arange(len(sounds)))


def test_lighter_sounds_stay_light_once_they_were_looked_at(job: Job) -> None:
    net = AudioNet(job)
    while net.lighter():
        pass
    while not net.prepare():
        pass
    assert net.frames == SHORTEST


def test_between_two_looks_at_the_clock_few_sounds_are_listened_to_where_they_take_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = replace(class_job(tmp_path / "s", each=6), threads=2)
    whole, net = AudioNet(job), AudioNet(job)
    while not whole.prepare():
        pass
    monkeypatch.setattr("engine.modalities.audio.learners.finetune._PIECE_SECONDS", 0.0)
    looked = [0]
    while not net.prepare():
        looked.append(net._looked)
    assert np.diff([*looked, 18]).min() >= 1
    assert np.diff([*looked, 18]).max() <= 2 * job.threads + 1  # one, and those begun meanwhile
    np.testing.assert_array_equal(net._lengths, whole._lengths)
    assert (net.frames, net._bytes) == (whole.frames, whole._bytes)


@pytest.mark.parametrize(("free", "most"), [(16e9, 1_000_000_000), (1e9, 300_000_000), (0.0, 0)])
def test_fewer_levels_are_kept_where_little_memory_is_free_and_after_each_lack_of_it(
    job: Job, monkeypatch: pytest.MonkeyPatch, free: float, most: int
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    rooms = [AudioNet(replace(job, frugality=frugality))._room for frugality in range(3)]
    assert rooms == [most, most // 4, most // 16]


def test_levels_for_which_there_is_no_room_are_computed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = AudioNet(class_job(tmp_path / "s", each=3))
    while not whole.prepare():
        pass
    free = 0.5 * whole._bytes / 0.3
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    kept, rows = [len(whole._levels)], np.arange(9)
    for frugality in range(2):
        net = AudioNet(replace(whole.job, frugality=frugality))
        while not net.prepare():
            pass
        assert 0 < net._bytes <= 0.5 * whole._bytes / 4**frugality
        kept.append(len(net._levels))
        torch.testing.assert_close(net.inputs(rows, View())[0], whole.inputs(rows, View())[0])
    assert 9 == kept[0] > kept[1] > kept[2]


def test_long_sounds_are_heard_in_few_pieces_at_a_time(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    net, rows = AudioNet(job), np.arange(4)
    while not net.prepare():
        pass
    assert net.together(32, View()) == 32
    with torch.inference_mode():
        together = net.served(rows)
        monkeypatch.setattr("engine.modalities.audio.learners.finetune._WHOLE_FRAMES", 1)
        one_by_one = net.served(rows)
    assert net.together(32, View()) == 1
    torch.testing.assert_close(one_by_one, together, atol=1e-5, rtol=1e-5)


def test_no_thread_is_begun_for_sounds_that_are_kept_and_others_are_learned_from_alike(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, rows, asked, plain = AudioNet(job), np.arange(9), list[list[int]](), overlapped
    while not net.prepare():
        pass

    def counted(work: Any, items: list[int], threads: int) -> Any:
        asked.append(items)
        return plain(work, items, threads)

    monkeypatch.setattr(audio_finetune, "overlapped", counted)
    kept = net.inputs(rows, View(True))
    assert not asked
    del net._levels[3], net._levels[5]
    read = net.inputs(rows, View(True))
    assert asked == [[3, 5]]
    for one, other in zip(kept, read, strict=True):
        torch.testing.assert_close(one, other)


def test_a_card_is_not_waited_for_while_sounds_are_made_ready_and_heard(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, carried = AudioNet(job), list[torch.Tensor]()
    while not net.prepare():
        pass

    def sent(values: torch.Tensor, device: str) -> torch.Tensor:
        carried.append(values)
        return values

    def waits(*_: Any) -> None:
        raise AssertionError("a card would have to be waited for")

    with monkeypatch.context() as there, torch.inference_mode():
        there.setattr(audio_finetune, "sent", sent)
        there.setattr(torch, "bincount", waits)
        told = net.inputs(np.arange(4), View())
        assert net.body(*told).shape == (4, net.length)
    assert all(any(part is one for one in carried) for part in told)
    assert torch.equal(told[3], torch.bincount(told[2]))
