"""What weights of members must be, whatever the loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import FloatArray
from engine.ensemble import LOSSES, greedy_weights

Members = tuple[list[FloatArray], FloatArray]


def members(seed: int, count: int, n: int, loss: str) -> Members:
    """Members of different quality, and the labels."""
    rng = np.random.default_rng(seed)
    if loss == "squared_error":
        labels = rng.normal(size=n)
        return [(labels + rng.normal(0, 0.2 + m, n))[:, None] for m in range(count)], labels
    if loss == "binary_log_loss":
        several = (rng.random((n, 3)) < 0.4).astype(np.float64)
        return [np.clip(several / (1.2 + m) + 0.1 * rng.random((n, 3)), 0.01, 0.99) for m in range(count)], several
    labels = rng.integers(0, 3, n).astype(np.float64)
    raw = [rng.random((n, 3)) + (labels[:, None] == np.arange(3)) / (1 + m) for m in range(count)]
    return [answer / answer.sum(axis=1, keepdims=True) for answer in raw], labels


def loss_of_mean(predictions: list[FloatArray], weights: FloatArray, labels: FloatArray, loss: str) -> float:
    """The loss of the weighted mean, computed the long way."""
    mean = sum(weight * answer for weight, answer in zip(weights, predictions, strict=True))
    assert isinstance(mean, np.ndarray)
    if loss == "squared_error":
        return float(((mean[:, 0] - labels) ** 2).mean())
    if loss == "binary_log_loss":
        return float(-np.log(np.where(labels > 0, mean, 1 - mean)).mean())
    return float(-np.log(mean[np.arange(len(labels)), labels.astype(int)]).mean())


@pytest.mark.parametrize("loss", LOSSES)
@given(st.integers(0, 1000), st.integers(1, 6), st.integers(1, 60))
def test_weights_are_shares_and_no_worse_than_the_best_member(loss: str, seed: int, count: int, n: int) -> None:
    predictions, labels = members(seed, count, n, loss)
    weights = greedy_weights(predictions, labels, loss)
    assert weights.shape == (count,)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    best = min(loss_of_mean(predictions, single, labels, loss) for single in np.eye(count))
    assert loss_of_mean(predictions, weights, labels, loss) <= best + 1e-6


def test_only_samples_that_all_have_predicted_count() -> None:
    predictions, labels = members(1, 3, 50, "log_loss")
    expected = greedy_weights([answer[10:40] for answer in predictions], labels[10:40], "log_loss")
    predictions[0][:10] = np.nan
    predictions[2][40:] = np.nan
    assert np.array_equal(greedy_weights(predictions, labels, "log_loss"), expected)


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one member"):
        greedy_weights([], np.zeros(3), "log_loss")
    apart = [np.array([[0.5, 0.5], [np.nan, np.nan]]), np.array([[np.nan, np.nan], [0.5, 0.5]])]
    with pytest.raises(ValueError, match="2 members have predicted no sample in common"):
        greedy_weights(apart, np.zeros(2), "log_loss")
