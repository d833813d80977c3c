from __future__ import annotations

import time

import numpy as np
import torch
from sklearn.linear_model import LogisticRegressionCV
from threadpoolctl import threadpool_info

from tests.benchmarks.peers.heads import searched
from tests.benchmarks.peers.parallel import cores, folds_together, mapped


def test_files_are_worked_on_at_the_same_time_with_one_thread_each() -> None:
    def work(number: int) -> tuple[int, int]:
        time.sleep(0.1)
        return number, torch.get_num_threads()

    mine, since = torch.get_num_threads(), time.monotonic()
    assert mapped(work, range(2 * cores())) == [(number, 1) for number in range(2 * cores())]
    assert time.monotonic() - since < 0.1 * 2 * cores() or cores() == 1
    assert torch.get_num_threads() == mine


def test_folds_that_are_fitted_together_find_the_same() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 120)
    inputs = rng.normal(size=(120, 20)) + np.eye(3, 20)[codes]
    alone: LogisticRegressionCV = searched(-3, 1, 0, most=300).fit(inputs, codes)
    with folds_together():
        threads = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
        together = searched(-3, 1, 0, most=300).fit(inputs, codes)
    assert threads == {1}
    assert together.C_ == alone.C_
    np.testing.assert_allclose(together.coef_, alone.coef_, atol=1e-6)
