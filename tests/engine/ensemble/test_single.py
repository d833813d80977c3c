from __future__ import annotations

import numpy as np

from engine.ensemble import single_weights


def test_the_best_member_is_served_alone() -> None:
    labels = np.arange(5.0)
    predictions = [labels[:, None] + 2, labels[:, None] + 0.5, labels[:, None] - 0.5]
    assert single_weights(predictions, labels, "squared_error").tolist() == [0.0, 1.0, 0.0]
