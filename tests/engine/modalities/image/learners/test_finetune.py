from __future__ import annotations

import gc
import math
import time
import weakref
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from threadpoolctl import threadpool_info, threadpool_limits

from engine.arrays import ByteArray, FloatArray
from engine.backbones import load_backbone
from engine.budget import Deadline
from engine.finetune.base import View
from engine.learners.base import Job
from engine.modalities.image import samples as image_samples
from engine.modalities.image import squares
from engine.modalities.image.augment import FLIP, LIGHT
from engine.modalities.image.decode import decode
from engine.modalities.image.learners import finetune as image_finetune
from engine.modalities.image.learners.finetune import ImageFineTune, ImageNet
from engine.modalities.image.learners.frozen_head import FrozenHead
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.resize import MIDDLE, SPREAD, resize
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task
from engine.transfer import TRANSFER
from tests.engine.learners import contract
from tests.engine.modalities.image.pictures import class_job, number_job

SETTINGS: dict[str, Any] = {"backbone": "efficientnet_lite0", "resolution": 64, "epochs": 1, "batch": 8, "folds": 2}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return replace(class_job(tmp_path_factory.mktemp("pictures") / "p", each=5), threads=1)


def learner(job: Job, **changed: Any) -> ImageFineTune:
    return ImageFineTune(job, SETTINGS | changed)


def test_it_keeps_the_contract(job: Job, tmp_path: Path) -> None:
    one = contract.slices_and_restarts_change_nothing(lambda: learner(job, mixing=0.5, trivial=True), tmp_path)
    contract.its_predictions_are_well_formed(one)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def test_weights_pictures_and_what_is_remembered_lie_as_convolutions_are_quick_on_cards(
    job: Job, tmp_path: Path
) -> None:
    one, again = learner(job), learner(job)
    while one._tuning is None or not one._tuning.steps:
        one.advance(Deadline(0.0))
    one.save(tmp_path)
    again.restore(tmp_path)
    while again._tuning is None:
        again.advance(Deadline(0.0))
    for tuning in (one._tuning, again._tuning):
        kernels = [weight for weight in tuning.weights.values() if weight.ndim == 4]
        assert any(not kernel.is_contiguous() for kernel in kernels)  # they would lie otherwise by themselves
        assert all(kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels)
        remembered = [tuning.optimiser.state[kernel]["exp_avg"] for kernel in kernels]
        assert [memory.stride() for memory in remembered] == [kernel.stride() for kernel in kernels]
        for view in (View(train=True), View(rough=True), View()):
            (planes,) = tuning.net.inputs(np.arange(2), view)
            assert planes.is_contiguous(memory_format=torch.channels_last)


def test_pictures_may_be_seen_smaller_at_first_but_tiny_ones_are_not(job: Job) -> None:
    assert learner(job, resolution=128).net().effort(0.0) == 1.0
    net = learner(job, resolution=128, growing=True).net()
    while not net.prepare():
        pass
    moments = (0.0, 0.5, 0.9, 1.0)
    seen = [net.inputs(np.arange(2), View(train=True, progress=progress))[0] for progress in moments]
    assert [planes.shape[-1] for planes in seen] == [64, 96, 128, 128]
    assert net.inputs(np.arange(2), View())[0].shape[-1] == 128
    efforts = [net.effort(progress) for progress in moments]
    assert efforts == sorted(efforts)
    assert efforts[-1] == 1.0
    assert net.effort(0.0) < net.effort_left(0.0) < net.effort_left(0.5) < net.effort_left(0.9) == 1.0
    assert learner(job, resolution=48, growing=True).net().effort(0.0) == 1.0


def test_fine_patterns_become_grey_in_pictures_that_are_seen_smaller_not_other_patterns(job: Job) -> None:
    board = np.indices((160, 160, 3))[:2].sum(axis=0).astype(np.uint8) % 2 * 255
    samples = ImageSamples.from_arrays([board] * len(job.labels))
    net = learner(replace(job, samples=samples), resolution=128, growing=True).net()
    while not net.prepare():
        pass
    (small,), (large,) = (net.inputs(np.arange(4), View(train=True, progress=progress)) for progress in (0.0, 1.0))
    assert small.shape[-1] == 64
    assert small.std(dim=(2, 3)).max() < 0.02
    assert large.std(dim=(2, 3)).min() > 0.1


def test_pictures_are_mixed_where_that_is_wanted_but_not_in_the_end_nor_for_numbers(job: Job, tmp_path: Path) -> None:
    def changed(net: ImageNet, progress: float) -> bool:
        inputs, targets = (torch.rand(4, 3, 8, 8),), torch.eye(4)
        (pictures,), answers = net.mix(inputs, targets, View(train=True, progress=progress))
        assert torch.equal(pictures, inputs[0]) == torch.equal(answers, targets)
        return not torch.equal(answers, targets)

    net = learner(job, mixing=1.0).net()
    assert (changed(net, 0.0), changed(net, 0.8), changed(net, 0.9)) == (True, True, False)
    assert not changed(learner(job).net(), 0.0)
    assert not changed(learner(replace(number_job(tmp_path / "n"), threads=1), mixing=1.0).net(), 0.0)


def test_pictures_are_changed_in_many_ways_only_where_that_is_wanted_and_all_ways_leave_their_meaning(
    job: Job, tmp_path: Path
) -> None:
    def turned(net: ImageNet) -> bool:
        """Whether parts of pictures are turned away, of which there is nothing but grey then."""
        while not net.prepare():
            pass
        (planes,) = net.inputs(np.tile(np.arange(15), 4), View(train=True))
        return bool((planes == 0.0).all(dim=1).float().mean() > 0.01)

    net = learner(job, trivial=True).net()
    assert turned(net)
    net.ways -= {FLIP}
    assert not turned(net)
    assert not turned(learner(job).net())
    assert not turned(learner(replace(number_job(tmp_path / "n"), threads=1), trivial=True).net())


def test_all_ways_of_holding_on_to_the_pretraining_work_on_pictures(job: Job) -> None:
    one = contract.run_to_the_end(learner(job, folds=1, transfer={kind: {} for kind in TRANSFER}))
    assert np.isfinite(one.validation()[job.folds == 0]).all()


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: learner(job))


def test_it_tells_textures_apart(tmp_path: Path) -> None:
    job = replace(class_job(tmp_path / "p", each=16), threads=1)
    one = contract.run_to_the_end(learner(job, folds=1, epochs=2, rate=1e-4))
    rows = job.folds == 0
    assert (one.validation()[rows].argmax(axis=1) == job.labels[rows]).mean() > 0.8


def test_it_guesses_numbers_and_what_was_checked_is_what_is_served(tmp_path: Path) -> None:
    job = replace(number_job(tmp_path / "p"), threads=1)
    one = contract.run_to_the_end(learner(job, folds=1, epochs=2, rate=1e-4))
    rows = np.flatnonzero(job.folds == 0)
    assert np.mean((one.validation()[rows, 0] - job.labels[rows]) ** 2) < 0.5 * job.labels.var()
    served = one.member().predict(job.samples.take(rows))
    assert served.std() > 0.01 * job.labels.std()
    np.testing.assert_allclose(served, one.validation()[rows], atol=1e-4 * job.labels.std())


def test_it_answers_for_each_of_several_classes(job: Job) -> None:
    labels = np.stack([job.labels == 0, job.labels != 1], axis=1).astype(np.float64)
    several = replace(job, task=Task(Modality.IMAGE, Kind.MULTILABEL, ("red", "not green")), labels=labels)
    contract.predictions_are_well_formed(lambda: learner(several, folds=1))


def test_unreadable_pictures_are_left_out_and_answered_with_the_class_shares(tmp_path: Path) -> None:
    job = replace(class_job(tmp_path / "p", each=4), threads=1)
    (tmp_path / "p" / "3.png").write_bytes(b"")
    assert job.folds[3] == 0
    one = contract.run_to_the_end(learner(job))
    assert np.isnan(one.validation()[3]).all()
    np.testing.assert_allclose(one.member().predict(job.samples)[3], 1 / 3)


def test_pictures_that_do_not_fit_into_memory_are_decoded_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen() -> torch.Tensor:
        net = learner(job).net()
        while not net.prepare():
            pass
        return net.inputs(np.array([9, 0, 5]), View(train=True, random=np.random.default_rng(0)))[0]

    kept = seen()
    monkeypatch.setattr(squares, "MOST_BYTES", 4 * 3 * 80**2)
    torch.testing.assert_close(seen(), kept)


def test_those_that_read_are_undisturbed_where_a_card_waits_for_pictures_that_are_not_kept(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, found = learner(job), list[set[int]]()
    net = one._loaded()
    assert isinstance(net, ImageNet)

    def prepare() -> bool:
        found.append({int(library["num_threads"]) for library in threadpool_info() if library["user_api"] == "blas"})
        return False

    monkeypatch.setattr(net, "prepare", prepare)
    with threadpool_limits(2, "blas"):
        for device, kept in (("cpu", 0), ("cuda", 10**9), ("cuda", 0), ("cpu", 0)):
            monkeypatch.setattr(squares, "MOST_BYTES", kept)
            net.see_at(64)
            net.device = device
            one.advance(Deadline(0.0))
    assert found == [{2}, {2}, {1}, {2}]


@pytest.mark.parametrize("kept", [3, 10**9])
def test_pictures_are_unpacked_once_for_all_checks_where_there_is_memory_for_them(
    kept: int, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Counter[str]()

    def counted(path: str | Path, least: int = 0) -> ByteArray:
        read[Path(path).name] += not least
        return decode(path, least)

    monkeypatch.setattr(image_samples, "decode", counted)
    monkeypatch.setattr(image_finetune, "_KEPT_BYTES", kept * 4 * 3 * 64**2)
    contract.run_to_the_end(learner(job, folds=1))
    held_out = [read[f"{row}.png"] for row in np.flatnonzero(job.folds == 0)]
    assert min(held_out) == 1
    assert (max(held_out) > 1) is (kept == 3)


def test_networks_that_a_card_tunes_by_turns_read_their_pictures_once_and_let_go_of_them_together(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Counter[str]()

    def counted(path: str | Path, least: int = 0) -> ByteArray:
        read[Path(path).name] += 1
        return decode(path, least)

    monkeypatch.setattr(image_samples, "decode", counted)
    monkeypatch.setattr(ImageNet, "move", lambda net, device: None)  # there may be no card
    card = replace(job, device="cuda")
    one, other = (learner(card, backbone=f"efficientnet_lite{number}").net() for number in (0, 1))
    for net in (one, other):
        while not net.prepare():
            pass
    assert read == {f"{row}.png": 1 for row in range(15)}
    one.rest()
    assert other.squares.whole
    assert other.readable(np.arange(15)).all()
    assert other.squares is not learner(card, resolution=96).net().squares
    assert other.squares is not learner(replace(card, frugality=1)).net().squares
    assert learner(job).net().squares is not learner(job).net().squares
    held = weakref.ref(one.squares)
    del one, other, net
    gc.collect()
    assert held() is None


@pytest.mark.parametrize(("device", "frugality", "kept"), [("cpu", 0, 3), ("cuda", 0, 8), ("cuda", 1, 3)])
def test_more_pictures_are_kept_for_the_checks_of_a_card_where_much_memory_is_free(
    job: Job, device: str, frugality: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = 4 * 3 * 64**2
    monkeypatch.setattr(image_finetune, "_KEPT_BYTES", 3 * picture)
    monkeypatch.setattr(image_finetune, "free_bytes", lambda: 8.5 * picture / 0.05)
    net = learner(replace(job, frugality=frugality)).net()
    net.device = device
    net._whole(np.arange(15))
    assert len(net._planes) == kept


def test_whole_pictures_that_take_long_to_unpack_are_checked_few_at_a_time(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, each, passed = learner(replace(job, threads=2)).net(), [0.0], [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: sum(passed))

    def slow(path: str | Path, least: int = 0) -> ByteArray:
        passed.append(each[0] / 2)  # two at once
        return decode(path, least)

    monkeypatch.setattr(image_samples, "decode", slow)
    assert net.together(64, View()) == 2  # nothing is known yet
    for place, (each[0], most) in enumerate([(0.0, 64), (0.125, 8), (1.0, 2)]):
        net.inputs(np.arange(4 * place, 4 * place + 4), View())
        assert net.together(64, View()) == most
    net.inputs(np.arange(4), View())
    assert net.together(64, View()) == 2  # those were kept, others are not
    assert net.together(64, View(rough=True)) == 64


def test_it_sees_pictures_as_they_are_when_it_is_checked_and_smaller_when_memory_is_short(job: Job) -> None:
    net = ImageFineTune(job, SETTINGS | {"resolution": 128}).net()
    while not net.prepare():
        pass
    (plain,) = net.inputs(np.array([2]), View())
    expected = (resize(net.samples.picture(2), 128) - MIDDLE) / SPREAD
    np.testing.assert_allclose(plain[0].numpy(), expected, atol=1e-6)
    assert [net.lighter() and net.resolution for _ in range(3)] == [96, 64, False]
    assert net.inputs(np.array([2]), View())[0].shape[2:] == (64, 64)


def test_only_the_stages_to_be_tuned_change_and_the_member_knows_them_all(job: Job, tmp_path: Path) -> None:
    one = contract.run_to_the_end(learner(job, folds=1, frozen=8, rate=1e-2))
    tuned = one.member()
    assert isinstance(tuned, NetworkMember)
    before = load_backbone("efficientnet_lite0").state_dict()
    changed = {name for name, value in before.items() if not torch.equal(value, tuned.parts[0][name])}
    assert changed == {"layers.17.weight", "layers.17.bias"}
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def test_memory_that_runs_short_while_mirrored_pictures_are_tried_leaves_no_picture_mirrored(job: Job) -> None:
    net, rows, tried = learner(job).net(), np.arange(2), list[FloatArray]()
    while not net.prepare():
        pass
    (plain,) = net.inputs(rows, View(rough=True))

    def losses() -> FloatArray:
        if tried:
            raise torch.OutOfMemoryError("full")
        tried.append(np.ones((2, 1)))
        return tried[0]

    with pytest.raises(torch.OutOfMemoryError):
        net.choose(losses)
    torch.testing.assert_close(net.inputs(rows, View(rough=True))[0], plain)


@pytest.mark.parametrize(("odd", "flip"), [(False, True), (True, False)])
def test_pictures_are_mirrored_only_where_that_does_not_change_what_they_show(
    odd: bool, flip: bool, tmp_path: Path
) -> None:
    job = lopsided_job(tmp_path / "p", odd)
    one = learner(job, folds=1, epochs=0.1)
    one.advance(Deadline(contract.LONG))
    one.save(tmp_path)
    again = learner(job, folds=1, epochs=0.1)
    again.restore(tmp_path)
    for made in (one, again):
        member = made.member()
        assert isinstance(member, NetworkMember)
        assert member.mirror is flip


def lopsided_job(folder: Path, odd: bool) -> Job:
    """Pictures that are bright on the left or on the right (``odd``), or above or below."""
    folder.mkdir()
    random = np.random.default_rng(0)
    labels = np.arange(40) % 2
    for row, label in enumerate(labels):
        light = np.linspace(0, 200, 64)[:: 1 if label else -1]
        plane = np.tile(light, (64, 1)) + random.normal(0, 10, (64, 64))
        levels = np.clip(plane if odd else plane.T, 0, 255).astype(np.uint8)
        Image.fromarray(levels).convert("RGB").save(folder / f"{row}.png")
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("one", "other"))
    paths = [folder / f"{row}.png" for row in range(len(labels))]
    folds = np.arange(len(labels)) // 2 % 4
    return Job(task, ImageSamples.from_paths(paths), labels.astype(np.float64), folds, threads=1)


def bright_job(folder: Path) -> Job:
    """Pictures whose number is how bright they are."""
    folder.mkdir()
    random = np.random.default_rng(0)
    labels = random.uniform(60.0, 200.0, 48)
    for row, label in enumerate(labels):
        slope = random.uniform(-30, 30) * np.linspace(-1.0, 1.0, 64)[:, None]
        levels = np.clip(label + slope + random.normal(0, 2, (64, 64)), 0, 255).astype(np.uint8)
        Image.fromarray(levels).convert("RGB").save(folder / f"{row}.png")
    task = Task(Modality.IMAGE, Kind.REGRESSION)
    paths = [folder / f"{row}.png" for row in range(len(labels))]
    return Job(task, ImageSamples.from_paths(paths), labels, np.arange(len(labels)) % 3, threads=1)


def test_numbers_that_say_how_bright_pictures_are_are_learned_in_no_other_light(tmp_path: Path) -> None:
    one = learner(bright_job(tmp_path / "p"), folds=1, epochs=0.1)
    while one._tuning is None:
        one.advance(Deadline(0.0))
    net = one._net
    assert isinstance(net, ImageNet)
    assert FLIP in net.ways  # such pictures are as bright in a mirror
    assert LIGHT not in net.ways
    one.save(tmp_path)
    again = learner(one.job, folds=1, epochs=0.1)
    again.restore(tmp_path)
    again.advance(Deadline(0.0))
    assert isinstance(again._net, ImageNet)
    assert again._net.ways == net.ways


def test_a_slice_does_not_wait_for_the_whole_work(job: Job) -> None:
    one = learner(job, epochs=500)
    progress = [one.advance(Deadline(0.0)) for _ in range(6)][-1]
    assert not progress.done
    assert 0.0 < progress.share < 0.2


@pytest.mark.parametrize(("left", "enough", "side"), [(math.inf, 8, 128), (1e6, 8, 128), (1e6, 1e9, 64)])
def test_pictures_are_seen_as_finely_as_the_time_allows_also_after_a_restart(
    job: Job, tmp_path: Path, left: float, enough: float, side: int
) -> None:
    one, again = (learner(job, folds=1, finer=[96, 128], enough=enough, epochs=0.1) for _ in range(2))
    one.advance(Deadline(contract.LONG, left=left))
    one.save(tmp_path)
    again.restore(tmp_path)
    for made in (one, again):
        member = made.member()
        assert isinstance(member, NetworkMember)
        assert member.resolution == side


def test_it_is_served_at_the_size_it_was_checked_at_also_once_memory_is_short(job: Job, tmp_path: Path) -> None:
    one, again = (learner(mine, folds=1, resolution=96, epochs=0.1) for mine in (job, replace(job, frugality=2)))
    contract.run_to_the_end(one)
    one.save(tmp_path)
    again.restore(tmp_path)
    member = again.member()
    assert isinstance(member, NetworkMember)
    assert member.resolution == 96


def test_no_picture_is_read_where_the_time_is_too_short_for_a_single_pass(job: Job) -> None:
    one = learner(job, finer=[96], fewest=1)
    progress = one.advance(Deadline(contract.LONG, left=0.01))
    assert progress.done
    assert not one.parts
    assert "Too little time" in progress.message
    net = one._net
    assert isinstance(net, ImageNet)
    assert not net.squares.readable.any()


def test_features_that_a_head_has_looked_at_are_taken_over(job: Job) -> None:
    assert isinstance(job.samples, ImageSamples)
    samples = ImageSamples.from_paths(job.samples.references)
    mine = replace(job, samples=samples)
    rows = np.array([4, 1])
    assert learner(mine).net().recalled(rows) is None
    contract.run_to_the_end(FrozenHead(mine, {"backbone": "efficientnet_lite0", "resolution": 64}))
    net = learner(mine).net()
    recalled = net.recalled(rows)
    assert recalled is not None
    while not net.prepare():
        pass
    with torch.inference_mode(), net.precision():
        looked = net.body(*net.inputs(rows, View())).float().numpy()
    np.testing.assert_allclose(recalled, looked, atol=0.2)
    assert learner(mine, resolution=96).net().recalled(rows) is None


def test_a_picture_that_could_not_be_read_for_a_while_does_not_ruin_the_tuning(tmp_path: Path) -> None:
    job = replace(class_job(tmp_path / "p", each=12), threads=1)
    assert isinstance(job.samples, ImageSamples)
    file = tmp_path / "p" / "3.png"
    content = file.read_bytes()
    file.write_bytes(b"")
    job = replace(job, samples=ImageSamples.from_paths(job.samples.references))
    contract.run_to_the_end(FrozenHead(job, {"backbone": "efficientnet_lite0", "resolution": 64}))
    file.write_bytes(content)
    net = learner(job).net()
    assert net.recalled(np.array([2, 3])) is None
    assert net.recalled(np.array([2, 4])) is not None
    contract.predictions_are_well_formed(lambda: learner(job, folds=1, epochs=0.1))
