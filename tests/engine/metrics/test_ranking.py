from __future__ import annotations

import numpy as np
import pytest

from engine.metrics import score


def test_classes_that_no_sample_has_are_left_out() -> None:
    labels = np.array([0.0, 0.0, 1.0, 1.0])
    predictions = np.array([[0.8, 0.1, 0.1], [0.5, 0.3, 0.2], [0.3, 0.6, 0.1], [0.6, 0.2, 0.2]])
    # Class 0 ranks 3 of its 4 pairs rightly, class 1 likewise; class 2 never occurs.
    assert score("nauc", labels, predictions) == pytest.approx(0.5)


def test_every_class_counts_the_same() -> None:
    labels = np.array([0.0] * 98 + [1.0, 2.0])
    predictions = np.full((100, 3), 1 / 3)
    predictions[98] = [0.1, 0.8, 0.1]
    predictions[99] = [0.1, 0.1, 0.8]
    assert score("nauc", labels, predictions) == pytest.approx(1.0)


def test_of_several_classes_each_is_ranked_by_itself() -> None:
    labels = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    predictions = np.array([[0.9, 0.2, 0.5], [0.8, 0.4, 0.1], [0.1, 0.6, 0.2]])
    # Class 0 ranks both pairs rightly (1), class 1 one of two (0), class 2 never occurs.
    assert score("nauc", labels, predictions) == pytest.approx(0.5)


def test_one_class_alone_scores_nothing() -> None:
    assert score("nauc", np.zeros(5), np.full((5, 2), 0.5)) == 0.0


def test_ties_count_half() -> None:
    assert score("nauc", np.array([0.0, 1.0, 1.0]), np.full((3, 2), 0.5)) == 0.0


def test_backwards_is_negative() -> None:
    assert score("nauc", np.array([0.0, 1.0]), np.array([[0.1, 0.9], [0.9, 0.1]])) == -1.0


def test_two_columns_that_do_not_mirror_each_other_both_count() -> None:
    labels = np.array([0.0, 0.0, 1.0])
    predictions = np.array([[1.0, 1e-17], [1.0, 3e-17], [1.0, 2e-17]])
    # Column 0 is all ties (0), column 1 has one pair of two right (0).
    assert score("nauc", labels, predictions) == 0.0
    predictions[:, 1] = [1e-17, 2e-17, 3e-17]
    assert score("nauc", labels, predictions) == pytest.approx(0.5)
