from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrays import ByteArray, FloatArray
from engine.budget import Deadline
from engine.finetune.base import View
from engine.learners.base import Job
from engine.modalities.image.learners.scratch import Scratch, usual_side
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task
from tests.engine.learners import contract

SETTINGS: dict[str, Any] = {"backbone": "residual-8-0-2-3-relu-plain", "epochs": 2, "batch": 16, "folds": 2}
STROKES = 3


def glyph(label: int, seed: int, size: int = 16) -> ByteArray:
    """A thin white figure on black: a bar, a cross or a ring, somewhere, with noise; like no photograph."""
    random = np.random.default_rng(1000 * label + seed)
    down, across = np.mgrid[:size, :size]
    row, column = random.integers(5, size - 5, 2)
    near = (np.abs(down - row) <= 4) & (np.abs(across - column) <= 4)
    far = np.maximum(np.abs(down - row), np.abs(across - column))
    figure = (across == column, (across == column) | (down == row), far == STROKES)[label] & near
    levels = 200.0 * figure + random.normal(20.0, 20.0, (size, size))
    picture: ByteArray = np.clip(levels, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    return picture


def glyph_job(each: int, kind: Kind = Kind.MULTICLASS) -> Job:
    """A job of telling the figures apart, of numbering them, or of saying which strokes they have."""
    kinds = np.arange(3 * each) % 3
    samples = ImageSamples.from_arrays([glyph(int(label), row) for row, label in enumerate(kinds)])
    labels: FloatArray = {
        Kind.MULTICLASS: kinds.astype(np.float64),
        Kind.REGRESSION: kinds.astype(np.float64),
        Kind.MULTILABEL: np.stack([kinds < 2, kinds == 1], axis=1).astype(np.float64),
    }[kind]
    classes = {Kind.MULTICLASS: ("bar", "cross", "ring"), Kind.MULTILABEL: ("down", "across"), Kind.REGRESSION: ()}
    folds = np.arange(3 * each, dtype=np.int64) // 3 % 3
    return Job(Task(Modality.IMAGE, kind, classes[kind]), samples, labels, folds, threads=1)


def learner(job: Job, **changed: Any) -> Scratch:
    return Scratch(job, SETTINGS | changed)


@pytest.fixture(scope="module")
def job() -> Job:
    return glyph_job(12)


@pytest.mark.parametrize("kind", Kind)
def test_predictions_are_well_formed(kind: Kind) -> None:
    job = glyph_job(8, kind)
    contract.predictions_are_well_formed(lambda: learner(job))


def test_slices_and_restarts_change_nothing(job: Job, tmp_path: Path) -> None:
    one = contract.slices_and_restarts_change_nothing(lambda: learner(job), tmp_path)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def test_a_restart_between_any_steps_changes_nothing(job: Job, tmp_path: Path) -> None:
    whole = contract.run_to_the_end(learner(job, folds=1)).validation()
    now = learner(job, folds=1)
    for turn in range(20):
        progress = [now.advance(Deadline(0.0)) for _ in range(9 + turn % 2)][-1]
        (folder := tmp_path / str(turn)).mkdir()
        now.save(folder)
        now = learner(job, folds=1)
        now.restore(folder)
        if progress.done:
            break
    assert progress.done
    np.testing.assert_allclose(now.validation(), whole, atol=1e-5)


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: learner(job))


def test_it_learns_figures_from_nothing_and_serves_what_was_checked() -> None:
    job = glyph_job(40)
    one = contract.run_to_the_end(learner(job, folds=1, epochs=20))
    rows = np.flatnonzero(job.folds == 0)
    assert (one.validation()[rows].argmax(axis=1) == job.labels[rows]).mean() > 0.9
    np.testing.assert_allclose(one.member().predict(job.samples.take(rows)), one.validation()[rows], atol=0.02)


def test_it_sees_pictures_at_their_own_size_within_limits(job: Job) -> None:
    def arrays(*sizes: tuple[int, int]) -> ImageSamples:
        return ImageSamples.from_arrays([np.zeros((*size, 3), np.uint8) for size in sizes])

    assert usual_side(arrays((28, 20), (20, 28), (400, 300))) == 32
    assert usual_side(arrays((3, 2))) == 16
    assert usual_side(arrays((500, 20))) == 64
    assert usual_side(ImageSamples.from_paths(["absent.png"])) == 16
    net = learner(replace(job, samples=arrays(*[(31, 33)] * 36))).net()
    while not net.prepare():
        pass
    for view in (View(), View(rough=True), View(train=True)):
        assert net.inputs(np.array([0, 5]), view)[0].shape == (2, 3, 32, 32)
