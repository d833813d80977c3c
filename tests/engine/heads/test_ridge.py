from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import pytest

from engine.arrays import FloatArray, IntArray
from engine.heads import ridge
from engine.heads.problem import Problem
from engine.learners.base import Job
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task

ROWS, LENGTH = 90, 6


def job(kind: Kind = Kind.MULTICLASS) -> tuple[Job, FloatArray]:
    random = np.random.default_rng(0)
    features = random.random((ROWS, LENGTH))
    hidden = features[:, 0] + features[:, 1] ** 2 + 0.1 * random.normal(size=ROWS)
    classes = () if kind is Kind.REGRESSION else ("a", "b", "c")
    labels = np.digitize(hidden, [0.6, 1.0]).astype(np.float64) if classes else 100 * hidden
    if kind is Kind.MULTILABEL:
        labels = (hidden[:, None] > [0.6, 1.0, 5.0]).astype(np.float64)
    folds = np.where(np.arange(ROWS) == 5, -1, np.arange(ROWS) % 4)  # row 5 is never checked on
    blank = ImageSamples([""] * ROWS, [None] * ROWS)
    return Job(Task(Modality.IMAGE, kind, classes), blank, labels, folds), features


def problem(kind: Kind = Kind.MULTICLASS) -> tuple[Problem, FloatArray]:
    made, features = job(kind)
    return Problem.of(made.task, made.labels, made.folds, features.astype(np.float32), None), features


def finish(pieces: Generator[None, None, ridge.Fit]) -> ridge.Fit:
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            fit: ridge.Fit = end.value
            return fit


def by_refitting(made: Problem, shape: ridge.Shape, rows: IntArray) -> FloatArray:
    """Scores of ``rows`` from a machine that never saw them, the slow way."""
    others, inputs = np.setdiff1d(np.arange(ROWS), rows), made.inputs()
    kernel = np.exp(-shape.narrowness * ((inputs[:, None] - inputs[None]) ** 2).sum(axis=2)) + 4.0
    inner = kernel[np.ix_(others, others)] + shape.penalty * np.eye(len(others))
    answers: FloatArray = kernel[np.ix_(rows, others)] @ np.linalg.solve(inner, made.targets[others])
    return answers


def test_closed_form_folds_equal_refitting_without_them() -> None:
    made, _ = problem()
    shape = ridge.Shape(0.7, 0.3)
    fit = finish(ridge._Full(made).fit(shape))
    scores = np.full_like(made.targets, np.nan)
    for fold in range(4):
        rows = np.flatnonzero(made.folds == fold)
        scores[rows] = by_refitting(made, shape, rows)
    expected = made.answers(scores * made.line(scores)[0])
    np.testing.assert_allclose(fit.out_of_fold, expected, atol=1e-6)
    assert np.isnan(fit.out_of_fold[5]).all()


def test_as_many_landmarks_as_rows_equal_the_full_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "LANDMARKS", ROWS)
    made, features = problem()
    shape = ridge.Shape(1.4, 0.1)
    full, part = finish(ridge._Full(made).fit(shape)), finish(ridge._Landmarks(made).fit(shape))
    # each fold's machine may lean on the inputs, not the labels, of the others: near, not equal
    np.testing.assert_allclose(
        part.head.predict(features.astype(np.float32)), full.head.predict(features.astype(np.float32)), atol=0.02
    )
    assert abs(part.loss - full.loss) < 0.02


def test_fewer_landmarks_still_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "LANDMARKS", 30)
    monkeypatch.setattr(ridge, "FULL", 50)
    made, _ = problem()
    fits = [fit for fit in ridge.search(made, thorough=True) if fit is not None]
    assert fits[-1].head.landmarks.shape == (30, LENGTH)
    assert fits[-1].loss < 0.8


def test_the_head_answers_like_its_machine_on_rows_it_learned_from() -> None:
    made, features = problem()
    fit = finish(ridge._Full(made).fit(ridge.Shape(1.4, 0.03)))
    answers = fit.head.predict(features.astype(np.float32))
    assert (answers.argmax(axis=1) == made.targets.argmax(axis=1)).mean() > 0.9


def test_numbers_come_back_in_their_own_units() -> None:
    made, features = problem(Kind.REGRESSION)
    labels = job(Kind.REGRESSION)[0].labels
    *_, fit = (one for one in ridge.search(made, thorough=True) if one is not None)
    known = np.isfinite(fit.out_of_fold[:, 0])
    assert np.mean((fit.out_of_fold[known, 0] - labels[known]) ** 2) < 0.3 * labels.var()
    answers = fit.head.predict(features.astype(np.float32))[:, 0]
    assert np.mean((answers - labels) ** 2) < 0.3 * labels.var()


@pytest.mark.parametrize("landmarks", [False, True])
def test_each_of_several_classes_gets_its_own_probability(monkeypatch: pytest.MonkeyPatch, landmarks: bool) -> None:
    if landmarks:
        monkeypatch.setattr(ridge, "FULL", 50)
    made, features = problem(Kind.MULTILABEL)
    *_, fit = (one for one in ridge.search(made, thorough=True) if one is not None)
    for answers in (np.delete(fit.out_of_fold, 5, axis=0), fit.head.predict(features.astype(np.float32))):
        assert ((answers >= 0) & (answers <= 1)).all()
        assert (answers[:, 2] < 0.1).mean() > 0.9  # nobody has the last class
    said = np.delete(fit.out_of_fold, 5, axis=0) > 0.5
    assert (said == (np.delete(made.targets, 5, axis=0) > 0)).mean() > 0.85


def test_a_thorough_search_is_never_worse() -> None:
    made, _ = problem()
    (quick,) = (fit for fit in ridge.search(made, thorough=False) if fit is not None)
    *_, best = (fit for fit in ridge.search(made, thorough=True) if fit is not None)
    assert best.loss <= quick.loss


def test_few_rows_with_a_straight_border_get_a_kernel_next_to_linear() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(80, 200))
    labels = (features[:, :20].sum(axis=1) > 0).astype(np.float64)
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))
    straight = Problem.of(task, labels, np.arange(80) % 5, features.astype(np.float32), None)
    *_, fit = (one for one in ridge.search(straight, thorough=True) if one is not None)
    assert fit.shape.narrowness < 0.35
    assert fit.loss < ridge.fitted(straight, ridge.Shape(0.35, fit.shape.penalty)).loss


def test_without_any_fold_a_head_is_made_all_the_same() -> None:
    made, features = job()
    unchecked = Problem.of(made.task, made.labels, np.full(ROWS, -1), features.astype(np.float32), None)
    (fit,) = (one for one in ridge.search(unchecked, thorough=False) if one is not None)
    assert np.isnan(fit.out_of_fold).all()
    np.testing.assert_allclose(fit.head.predict(features.astype(np.float32)).sum(axis=1), 1.0)


@pytest.mark.parametrize("machine", [ridge._Full, ridge._Landmarks])
def test_what_a_head_says_that_has_not_seen_a_fold_is_what_is_told_of_the_fold(
    machine: Callable[[Problem], ridge._Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ridge, "LANDMARKS", 30)
    made, features = problem()
    fit = finish(machine(made).fit(ridge.Shape(0.7, 1.0)))
    assert sorted(fit.unseen) == [0, 1, 2, 3]
    for fold, head in fit.unseen.items():
        rows = made.folds == fold
        np.testing.assert_allclose(head.predict(features[rows].astype(np.float32)), fit.out_of_fold[rows], atol=1e-3)
