from __future__ import annotations

import numpy as np
from scipy.optimize import approx_fprime
from scipy.sparse import csr_array

from engine.arrays import Float32Array, FloatArray
from engine.modalities.text.links import LOSSES
from engine.modalities.text.solver import Descent, Fit

PENALTY = 0.7


def problem(link: str, ratios: Float32Array | None = None) -> Fit:
    random = np.random.default_rng(0)
    matrix = csr_array(random.random((30, 4)).astype(np.float32))
    targets = np.eye(3, dtype=np.float32)[random.integers(0, 3, 30)]
    learned = np.arange(30)[:, None] % 5 != np.arange(2)
    return Fit(matrix, matrix.T.tocsr(), targets, learned, link, ratios)


def end_of(fit: Fit, penalty: float = PENALTY) -> Descent:
    descent = Descent(fit, penalty, fit.start)
    ways = list(descent.steps())
    assert ways == sorted(ways)
    assert 0.0 <= ways[0] <= ways[-1] <= 1.0
    return descent


def worth(fit: Fit, models: FloatArray, place: int) -> float:
    """Return by hand what is to be least for one fold's model [5, 3]."""
    ratios = np.ones((4, 6)) if fit.ratios is None else fit.ratios
    mine = models.reshape(5, 3)
    scores = fit.matrix @ (mine[:-1] * ratios[:, 3 * place : 3 * place + 3]) + mine[-1]
    loss = LOSSES[fit.link](scores, fit.targets.astype(np.float64)).loss
    return float(loss[fit.learned[:, place]].sum() + 0.5 * PENALTY * (mine[:-1] ** 2).sum())


def test_at_the_end_the_slope_of_every_fold_is_next_to_none() -> None:
    ratios = np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32)
    for link in LOSSES:
        for fit in (problem(link), problem(link, ratios)):
            models = end_of(fit).models.reshape(5, 2, 3)
            for place in range(2):
                slopes = [
                    np.linalg.norm(approx_fprime(point.ravel(), lambda flat, p=place, f=fit: worth(f, flat, p), 1e-6))
                    for point in (np.zeros(15), models[:, place].astype(np.float64))
                ]
                assert slopes[1] < 0.05 * slopes[0]


def test_the_end_of_a_regression_is_that_of_the_normal_equations() -> None:
    fit = problem("identity")
    weights = fit.weights(end_of(fit).models)
    for place in range(2):
        rows = fit.matrix.toarray()[fit.learned[:, place]].astype(np.float64)
        middle, targets = rows.mean(axis=0), fit.targets[fit.learned[:, place]]
        centred = rows - middle
        exact = np.linalg.solve(centred.T @ centred + PENALTY * np.eye(4), centred.T @ (targets - targets.mean(axis=0)))
        np.testing.assert_allclose(weights[:-1, place], exact, atol=0.02)
        np.testing.assert_allclose(weights[-1, place], targets.mean(axis=0) - middle @ exact, atol=0.02)


def test_folds_do_not_change_each_other() -> None:
    both = problem("softmax")
    together = end_of(both).models.reshape(5, 2, 3)
    for place in range(2):
        alone = Fit(both.matrix, both.transposed, both.targets, both.learned[:, [place]], both.link)
        np.testing.assert_allclose(end_of(alone).models, together[:, place], atol=1e-4)


def test_scores_are_those_of_the_models_and_of_their_weights() -> None:
    ratios = np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32)
    fit = problem("sigmoid", ratios)
    descent = end_of(fit)
    np.testing.assert_allclose(descent.scores, fit.scores(descent.models), atol=1e-5)
    weights = fit.weights(descent.models)
    by_hand = np.einsum("nm,mfk->nfk", fit.matrix.toarray(), weights[:-1]) + weights[-1]
    np.testing.assert_allclose(descent.scores, by_hand, atol=1e-5)


def test_the_end_of_a_greater_penalty_is_a_good_start_for_a_smaller() -> None:
    fit = problem("softmax")
    near = Descent(fit, 0.5, end_of(fit).models)
    steps = len(list(near.steps()))
    assert steps < len(list(Descent(fit, 0.5, fit.start).steps()))
    np.testing.assert_allclose(near.scores, end_of(fit, 0.5).scores, atol=0.1)
