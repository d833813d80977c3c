from __future__ import annotations

import numpy as np
import pytest

from engine.metrics import score


def test_large_numbers_lose_no_precision() -> None:
    labels = 1e9 + np.arange(10.0)
    predictions = labels[:, None] + 0.5
    assert score("r2", labels, predictions) == pytest.approx(1 - 0.25 / 8.25)


def test_labels_without_spread() -> None:
    labels = np.full(4, 3.0)
    assert score("r2", labels, labels[:, None]) == 1.0
    assert score("r2", labels, labels[:, None] + 1) == 0.0
