from __future__ import annotations

import numpy as np
import pytest

from engine.metrics import score


def test_accuracy_counts_the_most_probable_class() -> None:
    predictions = np.array([[0.4, 0.3, 0.3], [0.1, 0.5, 0.4], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]])
    assert score("accuracy", np.array([0.0, 1.0, 2.0, 1.0]), predictions) == 0.75


def test_of_several_classes_all_must_be_right() -> None:
    labels = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 1.0]])
    predictions = np.array([[0.5, 0.1], [0.9, 0.4], [0.2, 0.3], [0.6, 0.8]])
    assert score("accuracy", labels, predictions) == 0.5


def test_macro_f1_of_several_leaves_out_classes_that_never_occur() -> None:
    labels = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    predictions = np.array([[0.9, 0.6, 0.1], [0.4, 0.7, 0.2]])
    # Class 0: 1 hit, 1 answer, 2 labels; class 1: 1 hit, 2 answers, 1 label; class 2: neither answered nor true.
    assert score("macro_f1", labels, predictions) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_macro_f1_leaves_out_classes_that_never_occur() -> None:
    predictions = np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.3, 0.7, 0.0]])
    # Class 0: 1 hit, 2 answers, 1 label; class 1: 1 hit, 1 answer, 2 labels; class 2: neither answered nor true.
    assert score("macro_f1", np.array([0.0, 1.0, 1.0]), predictions) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_macro_f1_counts_a_class_that_is_answered_but_never_right() -> None:
    predictions = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert score("macro_f1", np.array([0.0, 0.0]), predictions) == pytest.approx(2 / 3 / 2)
