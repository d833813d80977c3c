from __future__ import annotations

import numpy as np
import pytest

from engine.ensemble.base import LOSSES, common_rows, reduced


def test_common_rows_are_finite_in_all() -> None:
    first = np.array([[0.5, 0.5], [np.nan, np.nan], [0.1, 0.9]])
    second = np.array([[0.5, 0.5], [0.5, 0.5], [0.1, np.inf]])
    assert common_rows([first, second]).tolist() == [True, False, False]


@pytest.mark.parametrize("loss", LOSSES)
def test_rows_of_a_mean_are_the_mean_of_rows(loss: str) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (30, 2) if loss == "binary_log_loss" else 30).astype(np.float64)
    first, second = rng.random((2, 30, 2))
    rows = reduced([first, second, (first + second) / 2], labels, LOSSES[loss])
    assert rows[2] == pytest.approx((rows[0] + rows[1]) / 2)
