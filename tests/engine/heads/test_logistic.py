from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.heads.answer import sigmoid
from engine.heads.logistic import fit_curve


def test_it_finds_the_curve_that_made_the_truths() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=20_000)
    truths = (random.random(20_000) < sigmoid(3.0 * scores - 1.0)).astype(np.float64)
    slope, shift = fit_curve(scores, truths)
    assert slope == pytest.approx(3.0, abs=0.15)
    assert shift == pytest.approx(-1.0, abs=0.1)


def test_faultless_scores_give_a_finite_slope() -> None:
    scores = np.array([0.0] * 50 + [1.0] * 50)
    slope, shift = fit_curve(scores, scores)
    chances = sigmoid(slope * scores + shift)
    np.testing.assert_allclose(chances, np.where(scores > 0, 51 / 52, 1 / 52), atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.booleans()), min_size=1, max_size=40))
def test_it_is_never_worse_than_how_often_a_class_is_there(pairs: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in pairs])
    truths = np.array([float(truth) for _, truth in pairs])
    slope, shift = fit_curve(scores, truths)
    there, absent = truths.sum(), (1 - truths).sum()
    wanted = np.where(truths > 0, (there + 1) / (there + 2), 1 / (absent + 2))

    def loss(logits: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float((np.logaddexp(0, logits) - wanted * logits).sum())

    plain = np.full(len(scores), np.log((there + 1) / (absent + 1)))
    assert np.isfinite([slope, shift]).all()
    assert loss(slope * scores + shift) <= loss(plain) + 1e-9
