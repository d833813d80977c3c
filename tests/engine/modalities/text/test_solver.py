from __future__ import annotations

import numpy as np
from scipy.optimize import approx_fprime
from scipy.sparse import csr_array

from engine.arrays import FloatArray
from engine.modalities.text import solver
from engine.task import Kind, Modality, Task


def solved(fit: solver.Fit) -> FloatArray:
    steps = solver.minimise(fit.objective, fit.start, 500)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return np.asarray(end.value)


def problem(link: str, ratios: FloatArray | None = None) -> solver.Fit:
    random = np.random.default_rng(0)
    matrix = csr_array(random.random((30, 4)).astype(np.float32))
    targets = np.eye(3)[random.integers(0, 3, 30)]
    learned = np.arange(30) % 5 > 0
    return solver.Fit(matrix, matrix.T.tocsr(), targets, learned, link, 0.7, ratios)


def test_ratios_are_those_of_a_calculation_by_hand() -> None:
    matrix = csr_array(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [9, 9, 9]], dtype=np.float32))
    learned = np.array([True, True, True, False])
    ratios = solver.log_count_ratios(matrix, np.array([[1.0], [1.0], [0.0], [1.0]]), learned)
    p, q = np.array([3, 2, 1]) / 6, np.array([1, 1, 2]) / 4
    np.testing.assert_allclose(ratios[:, 0], np.log(p / q))


def test_gradients_are_slopes() -> None:
    ratios = np.random.default_rng(1).normal(size=(4, 3))
    for link in ("softmax", "sigmoid", "identity"):
        fit = problem(link, ratios)
        point = np.random.default_rng(2).normal(size=len(fit.start))
        slopes = approx_fprime(point, lambda flat, fit=fit: fit.objective(flat)[0], 1e-6)
        np.testing.assert_allclose(fit.objective(point)[1], slopes, atol=1e-3)


def test_the_end_of_a_regression_is_that_of_the_normal_equations() -> None:
    fit = problem("identity")
    weight, bias = fit.weights(solved(fit))
    rows = fit.matrix.toarray()[fit.learned].astype(np.float64)
    middle, targets = rows.mean(axis=0), fit.targets[fit.learned]
    centred = rows - middle
    exact = np.linalg.solve(centred.T @ centred + 0.7 * np.eye(4), centred.T @ (targets - targets.mean(axis=0)))
    np.testing.assert_allclose(weight, exact, atol=0.02)
    np.testing.assert_allclose(bias, targets.mean(axis=0) - middle @ exact, atol=0.02)


def test_two_classes_have_one_score_and_two_chances() -> None:
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"))
    assert solver.targets_of(np.array([0.0, 1.0]), task).tolist() == [[0.0], [1.0]]
    np.testing.assert_allclose(solver.answers_of(np.array([[0.0], [800.0]]), task), [[0.5, 0.5], [0.0, 1.0]])
