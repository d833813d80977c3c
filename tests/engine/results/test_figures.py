from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.results.figures import Share, class_figures, confusion, error_figures, share_interval, worst_first


def test_wilson_gives_the_published_bounds() -> None:
    low, high = share_interval(81 / 263, 263)  # Newcombe (1998), Table I

    assert low == pytest.approx(0.2553, abs=1e-4)
    assert high == pytest.approx(0.3662, abs=1e-4)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_an_interval_holds_its_share_and_is_never_empty(n: int, share: float) -> None:
    low, high = share_interval(share, n)

    assert 0 <= low <= share <= high <= 1
    assert high > low


def test_nothing_checked_means_nothing_known() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert math.isnan(Share(0, 0).value)


def test_confusion_counts_rows_of_truth_and_columns_of_answers() -> None:
    matrix = confusion(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)

    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_a_class_is_found_and_trusted_as_the_matrix_says() -> None:
    bolt, nut, washer = class_figures(np.array([[8, 2, 0], [1, 9, 0], [0, 3, 0]]), ("bolt", "nut", "washer"))

    assert (bolt.found, bolt.trusted) == (Share(8, 10), Share(8, 9))
    assert (nut.found, nut.trusted) == (Share(9, 10), Share(9, 14))
    assert (washer.found, washer.trusted) == (Share(0, 3), Share(0, 0))


def test_the_surest_mistake_comes_first() -> None:
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.2, 0.8], [0.45, 0.55]])

    rows = worst_first(np.array([1, 0, 1, 0]), np.array([0, 1, 1, 1]), probabilities)

    assert rows.tolist() == [1, 0, 3]


def test_errors_are_measured_with_bounds_that_hold_them() -> None:
    random = np.random.default_rng(3)
    truth = random.normal(100, 30, 400)
    found = error_figures(truth, truth + random.normal(0, 10, 400))

    assert found.typical_interval[0] < found.typical < found.typical_interval[1]
    assert found.typical == pytest.approx(8, abs=1)
    assert found.explained_interval[0] < found.explained < found.explained_interval[1]
    assert found.explained == pytest.approx(1 - 100 / 900, abs=0.05)


def test_a_constant_truth_has_nothing_to_explain() -> None:
    found = error_figures(np.full(9, 4.0), np.full(9, 5.0))

    assert found.typical == 1.0
    assert math.isnan(found.explained)


def test_of_very_many_samples_a_part_tells_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    truth = 1.7e9 + random.normal(0, 30, 4000)  # moments, far from 0
    said = truth + random.normal(0, 10, 4000)
    whole = error_figures(truth, said)
    monkeypatch.setattr("engine.results.figures._RESAMPLED", 1000)
    part = error_figures(truth, said)

    assert (part.typical, part.explained) == (whole.typical, whole.explained)
    for name in ("typical_interval", "explained_interval"):
        (low, high), (least, most) = getattr(part, name), getattr(whole, name)
        assert high - low == pytest.approx(most - least, rel=0.3)
    assert part.explained_interval[0] < part.explained < part.explained_interval[1]
