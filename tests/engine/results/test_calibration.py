from __future__ import annotations

import numpy as np
import pytest

from engine.results.calibration import calibration


def test_answers_that_are_as_right_as_sure_have_no_gap() -> None:
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.0, 1.0, 20_000)
    found = calibration(sure, rng.uniform(size=20_000) < sure)

    assert abs(found.gap) < 0.01
    assert found.gap_interval[0] <= 0.0 <= found.gap_interval[1]
    assert found.error < 0.02
    assert len(found.bins) == 10
    assert sum(one.share.total for one in found.bins) == 20_000


def test_too_sure_answers_are_told_by_how_much() -> None:
    sure = np.full(200, 0.9)
    right = np.arange(200) < 120
    found = calibration(sure, right)

    assert found.gap == pytest.approx(0.3)
    assert found.error == pytest.approx(0.3)
    assert found.gap_interval[0] > 0.2
    (only,) = found.bins
    assert (only.low, only.high, only.share.right, only.share.total) == (0.9, 1.0, 120, 200)


def test_a_perfect_sureness_lies_in_the_last_bin() -> None:
    found = calibration(np.ones(5), np.ones(5, dtype=np.bool_))

    assert found.bins[0].high == 1.0
    assert found.error == 0.0


def test_the_error_lies_between_its_bounds_and_is_the_same_each_time() -> None:
    rng = np.random.default_rng(1)
    sure = rng.uniform(0.5, 1.0, 60)
    right = rng.uniform(size=60) < 0.7
    found = calibration(sure, right)

    assert found.error_interval[0] <= found.error <= found.error_interval[1]
    assert calibration(sure, right) == found
