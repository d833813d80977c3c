"""Penalised linear models against independent solutions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.linear_model import LogisticRegression, Ridge

from engine.arrays import FloatArray
from engine.modalities.table import glm
from engine.modalities.table.lbfgs import Search

RNG = np.random.default_rng(0)
DESIGN = RNG.normal(size=(200, 3))
CODES = RNG.integers(0, 4, size=(200, 2))
SHAPES = {"identity": 1, "exp": 1, "sigmoid": 1, "softmax": 3}


def problem(link: str, penalty: float = 2.0) -> glm.Fit:
    targets = DESIGN[:, 0] + CODES[:, 0] + RNG.normal(size=200)
    if link == "sigmoid":
        targets = (targets > 1.5).astype(np.float64)
    if link == "softmax":
        targets = np.digitize(targets, [1.0, 2.0]).astype(np.float64)
    return glm.Fit(glm.Rows(DESIGN, CODES, targets), glm.Shape(3, [4, 4], SHAPES[link]), link, penalty)


def lowest(fit: glm.Fit) -> FloatArray:
    search = Search(np.zeros(fit.shape.length), limit=500)
    search.go_on(fit.objective, lambda: False)
    return search.at


def one_hot() -> FloatArray:
    return np.concatenate([DESIGN, np.eye(4)[CODES[:, 0]], np.eye(4)[CODES[:, 1]]], axis=1)


@pytest.mark.parametrize("link", SHAPES)
def test_the_gradient_is_the_slope_of_the_value(link: str) -> None:
    fit = problem(link)
    start = RNG.normal(size=fit.shape.length)
    assert check_grad(lambda w: fit.objective(w)[0], lambda w: fit.objective(w)[1], start) < 1e-5


def test_squared_error_is_ridge_regression() -> None:
    fit = problem("identity")
    flat = lowest(fit)
    ridge = Ridge(alpha=2.0).fit(one_hot(), fit.rows.targets)
    np.testing.assert_allclose(glm.raw_outputs(flat, fit.shape, fit.rows)[:, 0], ridge.predict(one_hot()), atol=5e-3)


def test_two_classes_are_logistic_regression() -> None:
    fit = problem("sigmoid")
    flat = lowest(fit)
    model = LogisticRegression(C=0.5, tol=1e-8).fit(one_hot(), fit.rows.targets)
    raw = glm.raw_outputs(flat, fit.shape, fit.rows)[:, 0]
    np.testing.assert_allclose(raw, model.decision_function(one_hot()), atol=1e-2)
