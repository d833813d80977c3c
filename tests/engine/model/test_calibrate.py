from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from engine.arrays import FloatArray
from engine.metrics import score
from engine.model.calibrate import apply, apply_each, fit_temperature, fit_temperature_each


def calibrated(seed: int, n: int, classes: int = 3) -> tuple[FloatArray, FloatArray]:
    """Probabilities, and labels drawn from just them."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), n)
    drawn = (probabilities.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return probabilities, np.minimum(drawn, classes - 1).astype(np.float64)


def test_rows_sum_to_one_and_keep_their_order() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.0, 0.0, 1.0]])
    surer = apply(probabilities, 0.5)
    assert surer == pytest.approx(np.array([[0.49, 0.04, 0.01], [0, 0, 0.54]]) / 0.54)
    assert apply(surer, 2.0) == pytest.approx(probabilities)
    assert apply(probabilities, 1.0) == pytest.approx(probabilities)


@pytest.mark.parametrize("true", [0.25, 0.5, 1.0, 2.0, 4.0])
def test_finds_the_temperature_that_was_apply(true: float) -> None:
    probabilities, labels = calibrated(0, 20_000)
    distorted = apply(probabilities, 1 / true)
    assert fit_temperature(distorted, labels) == pytest.approx(true, rel=0.05)


@given(st.integers(0, 1000), st.floats(0.4, 2.5))
def test_agrees_with_a_library_optimiser(seed: int, distortion: float) -> None:
    probabilities, labels = calibrated(seed, 3000)
    distorted = apply(probabilities, distortion)
    found = minimize_scalar(
        lambda log_t: score("log_loss", labels, apply(distorted, np.exp(log_t))), bounds=(-2.3, 2.3), method="bounded"
    )
    assert fit_temperature(distorted, labels) == pytest.approx(float(np.exp(found.x)), rel=0.02)


@given(st.integers(0, 1000), st.integers(1, 50))
def test_stays_in_its_range(seed: int, n: int) -> None:
    assert 0.1 <= fit_temperature(*calibrated(seed, n)) <= 10.0


def test_a_few_faultless_rows_do_not_make_it_certain() -> None:
    labels = np.array([0.0, 1.0, 2.0])
    probabilities = np.full((3, 3), 0.2) + 0.4 * np.eye(3)
    assert apply(probabilities, fit_temperature(probabilities, labels)).max() < 0.95


def test_certain_and_wrong_rows_are_survived() -> None:
    temperature = fit_temperature(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), np.array([0.0, 1.0, 1.0]))
    assert 1.0 < temperature <= 10.0


def test_without_rows_nothing_is_changed() -> None:
    assert fit_temperature(np.empty((0, 2)), np.empty(0)) == 1.0


def test_many_rows_are_thinned_evenly() -> None:
    probabilities, labels = calibrated(3, 50_000)
    assert fit_temperature(probabilities, labels) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("true", [0.5, 1.0, 2.0])
def test_several_classes_share_a_temperature(true: float) -> None:
    rng = np.random.default_rng(2)
    probabilities = rng.random((4000, 3))
    labels = (rng.random((4000, 3)) < probabilities).astype(np.float64)
    distorted = apply_each(probabilities, 1 / true)
    assert fit_temperature_each(distorted, labels) == pytest.approx(true, rel=0.07)
    assert apply_each(distorted, true) == pytest.approx(probabilities)


def test_among_many_rows_all_of_several_classes_are_looked_at() -> None:
    rng = np.random.default_rng(5)
    probabilities = rng.random((20_000, 10))
    labels = (rng.random((20_000, 10)) < probabilities).astype(np.float64)
    told = probabilities.copy()
    told[:, 1:] = apply_each(told[:, 1:], 0.5)
    others = fit_temperature_each(told[:2000, 1:], labels[:2000, 1:])
    assert others == pytest.approx(2.0, rel=0.07)
    assert fit_temperature_each(told, labels) == pytest.approx(others, rel=0.1)


def test_certain_answers_of_several_classes_stay_in_range() -> None:
    assert apply_each(np.array([[0.0, 1.0, 0.5]]), 3.0).tolist() == [[0.0, 1.0, 0.5]]
