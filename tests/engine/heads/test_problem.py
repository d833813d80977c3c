from __future__ import annotations

import numpy as np
import pytest

from engine.heads.problem import Problem
from engine.task import Kind, Modality, Task


def make(kind: Kind) -> Problem:
    random = np.random.default_rng(1)
    classes = () if kind is Kind.REGRESSION else ("a", "b")
    shape = (40, 2) if kind is Kind.MULTILABEL else (40,)
    labels = random.integers(0, 2, shape).astype(np.float64) if classes else random.normal(50, 9, 40)
    task = Task(Modality.IMAGE, kind, classes)
    return Problem.of(task, labels, np.arange(40) % 2, random.random((40, 5)).astype(np.float32), 1e-3)


def test_inputs_are_standardised_so_that_rows_lie_about_two_apart() -> None:
    inputs = make(Kind.MULTICLASS).inputs()
    np.testing.assert_allclose(inputs.mean(axis=0), 0.0, atol=1e-9)
    apart = ((inputs[:, None] - inputs[None]) ** 2).sum(axis=2)
    assert 1.7 < apart[~np.eye(40, dtype=bool)].mean() < 2.3


def test_a_column_that_never_changes_does_no_harm() -> None:
    task = Task(Modality.IMAGE, Kind.REGRESSION)
    made = Problem.of(task, np.arange(4.0), np.arange(4) % 2, np.ones((4, 2), dtype=np.float32), None)
    assert np.isfinite(made.inputs()).all()


def test_sharpness_finds_the_smallest_loss() -> None:
    made = make(Kind.MULTICLASS)
    random = np.random.default_rng(2)
    scores = 0.1 * made.targets + 0.1 * random.normal(size=made.targets.shape)
    best, shift = made.line(scores)
    assert shift == 0.0
    losses = [made.loss(scores * factor) for factor in (best * 0.8, best, best * 1.25)]
    assert losses[1] == min(losses)


def test_a_few_faultless_rows_do_not_make_it_certain() -> None:
    made = make(Kind.MULTICLASS)
    factor, _ = made.line(0.5 * made.targets)
    least = made.answers(0.5 * made.targets * factor).min()
    assert 0.005 < least < 0.03  # of 40 rows one in 42 may be otherwise, shared by two classes


def test_numbers_are_scaled_back() -> None:
    made = make(Kind.REGRESSION)
    assert abs(made.answers(np.zeros((1, 1)))[0, 0] - 50) < 5
    assert made.line(np.zeros((40, 1))) == (1.0, 0.0)


def test_numbers_come_nearer_to_the_mean_where_scores_say_little_of_them() -> None:
    made = make(Kind.REGRESSION)
    noise = np.random.default_rng(2).normal(size=made.targets.shape)
    factor, _ = made.line(made.targets + noise)
    assert 0.3 < factor < 0.7
    losses = [made.loss((made.targets + noise) * times) for times in (factor * 0.9, factor, factor * 1.1)]
    assert losses[1] == min(losses)
    assert made.line(-made.targets) == (0.0, 0.0)
    assert made.line(0.5 * made.targets) == (1.0, 0.0)


def test_a_class_is_as_likely_as_its_score_was_right() -> None:
    made = make(Kind.MULTILABEL)
    scores = 0.2 + 0.3 * made.targets + 0.2 * np.random.default_rng(2).normal(size=made.targets.shape)
    factor, shift = made.line(scores)
    best = made.loss(scores * factor + shift)
    for worse in (1.3, 0.7):
        assert made.loss(scores * factor * worse + shift) > best
    assert made.loss(scores * factor + shift + 1) > best
    answers = made.answers(scores * factor + shift)
    assert abs(answers.mean() - made.targets.mean()) < 0.02


@pytest.mark.parametrize("kind", [Kind.MULTICLASS, Kind.MULTILABEL])
def test_nothing_known_is_an_infinite_loss(kind: Kind) -> None:
    made = make(kind)
    assert made.line(np.full((40, 2), np.nan))[0] > 1.0
    assert made.loss(np.full((40, 2), np.nan)) == float("inf")
    assert make(Kind.REGRESSION).line(np.full((40, 1), np.nan)) == (1.0, 0.0)


def test_block_by_block_features_are_standardised_like_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make(Kind.MULTICLASS)
    monkeypatch.setattr("engine.heads.problem._BLOCK", 7)
    pieces = make(Kind.MULTICLASS)
    np.testing.assert_allclose(pieces.inputs(), whole.inputs(), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(whole.inputs(slice(3, 9)), whole.inputs()[3:9])
