"""What every learner must keep. A test module calls each rule with a factory of its learner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.base import Learner, Progress
from engine.model.registry import member_class
from engine.task import Kind

Factory = Callable[[], Learner]
LONG, TINY = 600.0, 0.01
_MOST_SLICES = 5000


def run_to_the_end(learner: Learner, seconds: float = LONG) -> Learner:
    """Give slices of ``seconds`` until the learner is done; it must have had a candidate."""
    improved = False
    for _ in range(_MOST_SLICES):
        progress = learner.advance(Deadline(seconds))
        assert 0.0 <= progress.share <= 1.0
        improved |= progress.improved
        if progress.done:
            assert improved
            return learner
    raise AssertionError(f"not done after {_MOST_SLICES} slices of {seconds} s")


def until_improved(learner: Learner, seconds: float = LONG) -> Progress:
    """Give slices until there is a candidate."""
    for _ in range(_MOST_SLICES):
        progress = learner.advance(Deadline(seconds))
        if progress.improved or progress.done:
            return progress
    raise AssertionError(f"no candidate after {_MOST_SLICES} slices of {seconds} s")


def predictions_are_well_formed(factory: Factory) -> None:
    """Validation and member answer [n, outputs], finite where promised; classes that exclude each other sum to 1."""
    learner = run_to_the_end(factory())
    job = learner.job
    validation = learner.validation()
    assert validation.shape == (len(job.labels), job.task.outputs)
    assert validation.dtype == np.float64
    known = np.isfinite(validation).all(axis=1)
    assert known.any()
    assert np.isnan(validation[job.folds < 0]).all()
    _well_formed(validation[known], job.task.kind)
    answers = learner.member().predict(job.samples)
    assert answers.shape == validation.shape
    assert np.isfinite(answers).all()
    _well_formed(answers, job.task.kind)


def tiny_slices_equal_one_long_one(factory: Factory, alike: float = 1e-5) -> None:
    """How the time is cut into slices does not change what comes out in the end, by more than ``alike``."""
    long, tiny = run_to_the_end(factory()), run_to_the_end(factory(), TINY)
    np.testing.assert_allclose(tiny.validation(), long.validation(), atol=alike)
    rows = long.job.samples
    np.testing.assert_allclose(tiny.member().predict(rows), long.member().predict(rows), atol=alike)


def an_interrupted_slice_ends_soon(factory: Factory) -> None:
    """A pause ends a slice within two seconds."""
    learner = factory()
    deadline = Deadline(LONG, interrupted=lambda: True)
    learner.advance(deadline)
    assert deadline.elapsed < 2.0


def restored_midway_goes_on_to_the_same_end(factory: Factory, folder: Path, alike: float = 1e-5) -> None:
    """A learner saved at its first candidate and restored elsewhere keeps it, and ends like one never stopped."""
    first = factory()
    until_improved(first, TINY)
    folder.mkdir()
    first.save(folder)
    second = factory()
    second.restore(folder)
    np.testing.assert_allclose(second.validation(), first.validation(), atol=1e-6)
    run_to_the_end_after_restore(second)
    np.testing.assert_allclose(second.validation(), run_to_the_end(factory()).validation(), atol=alike)


def run_to_the_end_after_restore(learner: Learner) -> None:
    """Give slices until done; a candidate may lie before the restart."""
    for _ in range(_MOST_SLICES):
        if learner.advance(Deadline(LONG)).done:
            return
    raise AssertionError(f"not done after {_MOST_SLICES} slices")


def restored_when_done_is_done(factory: Factory, folder: Path) -> None:
    """A finished learner is finished after a restart, and still has its member."""
    first = run_to_the_end(factory())
    folder.mkdir()
    first.save(folder)
    second = factory()
    second.restore(folder)
    assert second.advance(Deadline(LONG)).done
    rows = first.job.samples
    np.testing.assert_allclose(second.member().predict(rows), first.member().predict(rows), atol=1e-6)


def a_saved_member_answers_the_same(factory: Factory, folder: Path) -> None:
    """A member loaded from its files predicts what it predicted before."""
    learner = run_to_the_end(factory())
    member = learner.member()
    folder.mkdir()
    settings = member.save(folder)
    loaded = member_class(member.kind).load(folder, settings, learner.job.task)
    rows = learner.job.samples
    np.testing.assert_allclose(loaded.predict(rows), member.predict(rows), atol=1e-6)


def _well_formed(answers: FloatArray, kind: Kind) -> None:
    if kind is Kind.MULTICLASS:
        assert (answers >= 0.0).all()
        np.testing.assert_allclose(answers.sum(axis=1), 1.0, atol=1e-9)
    if kind is Kind.MULTILABEL:
        assert ((answers >= 0.0) & (answers <= 1.0)).all()
