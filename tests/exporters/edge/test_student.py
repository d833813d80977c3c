"""A small network taught by the whole model."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest

from engine.arrays import ByteArray
from engine.learners.base import Job
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.samples import ImageSamples
from exporters.edge.candidates import ALONE, NARROW, TAUGHT, Candidate, Ground, LeftOut, alone, candidates
from exporters.edge.compress import Compressor
from exporters.edge.lessons import TaughtNetwork
from exporters.edge.narrow import NarrowNetwork
from exporters.edge.options import Device, EdgeOptions
from exporters.edge.scheme import Scheme, Way
from exporters.edge.student import School, Taught, held_out_folds
from exporters.source import Source
from tests.exporters.edge.conftest import COLOURS

SETTINGS = {"backbone": "efficientnet_lite0", "resolution": 32, "frozen": 8, "epochs": 1, "batch": 16}
CUT = {"batch": 16, "epochs": 1, "rate": 3e-4, "pruned": 0.3}


@pytest.fixture(scope="module")
def ground(source: Source) -> Ground:
    found = Ground.of(source)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def told() -> list[tuple[float, str]]:
    """What the school says while it teaches."""
    return []


@pytest.fixture(scope="module")
def school(ground: Ground, told: list[tuple[float, str]]) -> School:
    return School(ground, 60.0, True, lambda share, text: told.append((share, text)), SETTINGS, CUT)


@pytest.fixture(scope="module")
def both(school: School) -> tuple[Taught, Taught]:
    """A network, and what pruning left of it; with one thread, since beside other tests two wait for each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        whole, narrow = school.taught(), school.narrow()
    assert whole is not None and narrow is not None
    return whole, narrow


def test_it_is_judged_by_a_fold_that_it_never_learned_from(ground: Ground, both: tuple[Taught, Taught]) -> None:
    folds = held_out_folds(ground)
    assert folds is not None
    held_out = folds == 0
    assert set(folds.tolist()) == {0, -1}
    assert np.isfinite(ground.before[held_out]).all()
    for taught in both:
        assert np.isfinite(taught.held_out).all(axis=1).tolist() == held_out.tolist()
        assert len(taught.member.parts) == 1


def test_a_pruned_network_is_narrower_inside_its_blocks(both: tuple[Taught, Taught]) -> None:
    whole, narrow = both
    sizes = [sum(tensor.numel() for tensor in taught.member.parts[0].values()) for taught in (whole, narrow)]
    assert 0.6 < sizes[1] / sizes[0] < 0.8
    for name in ("layers.0.weight", "layers.17.weight", "weight"):
        assert whole.member.parts[0][name].shape == narrow.member.parts[0][name].shape


def test_what_a_graphics_card_taught_is_written_and_judged_on_the_processor(
    both: tuple[Taught, Taught], source: Source, ground: Ground
) -> None:
    few = ground.samples.take(np.arange(8))
    for one in (taught.member for taught in both):
        on_card = type(one)(one.backbone, one.resolution, one.parts, one.fallback, one.task_kind, "cuda")
        model = alone(COLOURS, TAUGHT, on_card)
        member = model.members[0].member
        assert isinstance(member, type(one)) and member.device == "cpu"
        written = Compressor(dataclasses.replace(source, model=model, result=None), None).artefact(Scheme(Way.FLOAT))
        assert np.abs(written.opened.predict(few) - model.predict(few)).max() < 1e-4


def test_photos_that_pruning_is_fitted_to_are_unpacked_side_by_side_and_no_further_than_needed(
    both: tuple[Taught, Taught], ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, folds, samples = both[0].member, held_out_folds(ground), ground.samples
    assert folds is not None and isinstance(samples, ImageSamples)
    plain, asked = samples.picture_or_none, list[tuple[int, bool]]()

    def heard(row: int, least: int = 0) -> ByteArray | None:
        asked.append((least, threading.current_thread() is threading.main_thread()))
        return plain(row, least)

    monkeypatch.setattr(samples, "picture_or_none", heard)
    job = Job(COLOURS, samples, ground.labels, folds, threads=2)
    pictures = NarrowNetwork(job, CUT, ground.before, start)._pictures()
    assert asked == [(start.resolution, False)] * int((folds < 0).sum())
    assert pictures.shape == (len(asked), 3, start.resolution, start.resolution)


def test_both_are_taught_within_the_one_time_that_was_given(
    school: School, both: tuple[Taught, Taught], ground: Ground, told: list[tuple[float, str]]
) -> None:
    assert school.taught() is both[0]  # it is not taught again
    texts = [text for _, text in told]
    assert texts.index("Teaching what is left of it after pruning") > texts.index("Teaching a small network")
    assert all(0.1 <= share <= 0.5 for share, _ in told)
    spent = School(ground, 1e-9, True, lambda share, text: None, SETTINGS, CUT)
    spent._known = [both[0]]
    assert spent.narrow() is None


def test_targets_are_half_the_label_and_half_what_the_teacher_said_unlearned(ground: Ground) -> None:
    folds = held_out_folds(ground)
    assert folds is not None
    teacher = np.tile([0.2, 0.3, 0.5], (len(folds), 1))
    teacher[1] = np.nan
    folds[:2] = -1
    job = Job(COLOURS, ground.samples, ground.labels, folds)
    values = TaughtNetwork(job, SETTINGS, teacher).targets.values
    label = np.eye(3)[ground.labels.astype(int)]
    assert values[0] == pytest.approx(0.5 * label[0] + 0.5 * teacher[0])
    assert values[1] == pytest.approx(label[1])  # of this one the teacher knows nothing
    held_out = folds == 0
    assert np.array_equal(values[held_out], label[held_out])


def test_too_little_time_teaches_nothing(ground: Ground) -> None:
    assert School(ground, 1e-9, False, lambda share, text: None, SETTINGS).taught() is None


def test_without_folds_there_is_nothing_to_judge_by(ground: Ground) -> None:
    nowhere = dataclasses.replace(ground, before=np.full_like(ground.before, np.nan))
    assert held_out_folds(nowhere) is None
    assert School(nowhere, 60.0, False, lambda share, text: None, SETTINGS).taught() is None


def test_a_network_whose_answers_are_not_known_is_not_tried(
    source: Source, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = source.model.members[0].member
    assert isinstance(member, NetworkMember)
    diverged = Taught(member, np.full_like(ground.before, np.nan))
    monkeypatch.setattr("exporters.edge.student.School.taught", lambda school: diverged)
    found = list(candidates(source, ground, EdgeOptions(seconds=60.0), lambda share, text: None))
    assert LeftOut(TAUGHT, "there are no samples to judge it by") in found


def test_what_cannot_be_tried_says_why(source: Source) -> None:
    found = list(candidates(source, None, EdgeOptions(seconds=0.0), lambda share, text: None))
    reasons = [one.reason for one in found if isinstance(one, LeftOut)]
    assert reasons == [
        "there are no samples to judge it by",
        "there are no samples to learn from",
        "there are no samples to learn from",
        "the run kept none",
    ]
    last = found[-1]
    assert isinstance(last, Candidate) and last.exact and last.evidence is None


def order(source: Source, ground: Ground, options: EdgeOptions, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("exporters.edge.student.School.taught", lambda school: None)
    found = candidates(source, ground, options, lambda share, text: None)
    return [f"{one.name}: {one.reason}" if isinstance(one, LeftOut) else one.name for one in found][:3]


def test_a_pruned_network_comes_first_for_small_devices_and_later_or_not_at_all_for_a_computer(
    source: Source, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, unwanted = "the time was too short to teach it", "only for a small device, or where answers have to be"
    for device in (Device.BOARD, Device.PHONE, Device.BROWSER):
        small = order(source, ground, EdgeOptions(device), monkeypatch)
        assert small == [f"{NARROW}: {short}", ALONE, f"{TAUGHT}: {short}"]
    quick = order(source, ground, EdgeOptions(max_latency_ms=5.0), monkeypatch)
    assert quick == [ALONE, f"{NARROW}: {short}", f"{TAUGHT}: {short}"]
    usual = order(source, ground, EdgeOptions(), monkeypatch)
    assert usual[0] == ALONE and usual[1].startswith(f"{NARROW}: {unwanted}")
