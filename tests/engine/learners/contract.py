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


def run_to_the_end(learner: Learner, seconds: float = LONG, at_first: Callable[[], None] = lambda: None) -> Learner:
    """Give slices of ``seconds`` until the learner is done; it must have had a candidate.

    ``at_first`` is called at the first one.
    """
    improved = False
    for _ in range(_MOST_SLICES):
        progress = learner.advance(Deadline(seconds))
        assert 0.0 <= progress.share <= 1.0
        if progress.improved and not improved:
            at_first()
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
    its_predictions_are_well_formed(run_to_the_end(factory()))


def its_predictions_are_well_formed(learner: Learner) -> None:
    """As :func:`predictions_are_well_formed`, of a learner that is done."""
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
    long = run_to_the_end(factory())
    they_end_alike(run_to_the_end(factory(), TINY), long, alike)


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
    restored_it_is_done(run_to_the_end(factory()), factory, folder)


def slices_and_restarts_change_nothing(
    factory: Factory, folder: Path, alike: float = 1e-5, after_restart: float | None = None
) -> Learner:
    """All that is said of slices and of restarts, in three runs rather than six; return one that is done.

    One has a long slice and is restored once it is done, one has tiny slices and is saved at its first candidate, and
    one goes on from there, to end alike by ``after_restart`` where that differs.
    """
    long, tiny, then = run_to_the_end(factory()), factory(), list[FloatArray]()
    (midway := folder / "midway").mkdir(parents=True)

    def saved() -> None:
        tiny.save(midway)
        then.append(tiny.validation().copy())

    run_to_the_end(tiny, TINY, saved)
    they_end_alike(tiny, long, alike)
    restored = factory()
    restored.restore(midway)
    np.testing.assert_allclose(restored.validation(), then[0], atol=1e-6)
    run_to_the_end_after_restore(restored)
    np.testing.assert_allclose(restored.validation(), long.validation(), atol=after_restart or alike)
    restored_it_is_done(long, factory, folder / "done")
    return long


def they_end_alike(one: Learner, other: Learner, alike: float = 1e-5) -> None:
    """Two that are done have checked and answer the same."""
    np.testing.assert_allclose(one.validation(), other.validation(), atol=alike)
    rows = other.job.samples
    np.testing.assert_allclose(one.member().predict(rows), other.member().predict(rows), atol=alike)


def restored_it_is_done(first: Learner, factory: Factory, folder: Path) -> None:
    """As :func:`restored_when_done_is_done`, of a learner that is done."""
    folder.mkdir()
    first.save(folder)
    second = factory()
    second.restore(folder)
    assert second.advance(Deadline(LONG)).done
    rows = first.job.samples
    np.testing.assert_allclose(second.member().predict(rows), first.member().predict(rows), atol=1e-6)


def a_saved_member_answers_the_same(factory: Factory, folder: Path) -> None:
    """A member loaded from its files predicts what it predicted before."""
    its_saved_member_answers_the_same(run_to_the_end(factory()), folder)


def its_saved_member_answers_the_same(learner: Learner, folder: Path) -> None:
    """As :func:`a_saved_member_answers_the_same`, of a learner that is done."""
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
