from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import FloatArray
from engine.ensemble import LOSSES, greedy_weights, member_cap


def log_loss(answer: FloatArray, labels: FloatArray) -> float:
    return round(float(-np.log(answer[np.arange(len(labels)), labels.astype(int)]).mean()), 6)


def by_hand(predictions: list[FloatArray], labels: FloatArray, steps: int) -> FloatArray:
    """Caruana's algorithm written out plainly: lists of members, no shortcuts."""
    bag: list[int] = []
    losses: list[float] = []
    for _ in range(steps):
        tried = [
            (log_loss(np.mean([predictions[i] for i in [*bag, m]], axis=0), labels), m not in bag, m)
            for m in range(len(predictions))
        ]
        loss, _, member = min(tried)
        bag.append(member)
        losses.append(loss)
    prefix = bag[: losses.index(min(losses)) + 1]
    return np.bincount(prefix, minlength=len(predictions)) / len(prefix)


def members(seed: int, count: int, n: int) -> tuple[list[FloatArray], FloatArray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n).astype(np.float64)
    raw = [rng.random((n, 3)) + 0.4 * (labels[:, None] == np.arange(3)) for _ in range(count)]
    return [answer / answer.sum(axis=1, keepdims=True) for answer in raw], labels


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(3, 40), st.integers(1, 8))
def test_agrees_with_the_algorithm_written_out(seed: int, count: int, n: int, steps: int) -> None:
    predictions, labels = members(seed, count, n)
    assert greedy_weights(predictions, labels, "log_loss", steps) == pytest.approx(by_hand(predictions, labels, steps))


@given(st.integers(0, 10_000))
def test_comes_close_to_the_best_of_all_bags(seed: int) -> None:
    predictions, labels = members(seed, 3, 200)
    weights = greedy_weights(predictions, labels, "log_loss", 6)
    bags = [bag for size in range(1, 7) for bag in itertools.combinations_with_replacement(range(3), size)]
    best = min(log_loss(np.mean([predictions[i] for i in bag], axis=0), labels) for bag in bags)
    found = sum(weight * answer for weight, answer in zip(weights, predictions, strict=True))
    assert isinstance(found, np.ndarray)
    assert best - 1e-6 <= log_loss(found, labels) <= best + 0.01


def test_equal_members_are_not_spread_over() -> None:
    predictions, labels = members(0, 1, 50)
    assert greedy_weights(predictions * 3, labels, "log_loss").tolist() == [1.0, 0.0, 0.0]


def test_numbers_that_err_to_both_sides_are_averaged() -> None:
    labels = np.arange(10.0)
    above, below = labels[:, None] + 1, labels[:, None] - 1
    assert greedy_weights([above, below], labels, "squared_error").tolist() == [0.5, 0.5]


@pytest.mark.parametrize("unit", [1e-4, 1e9])
def test_the_unit_of_a_number_makes_no_difference(unit: float) -> None:
    rng = np.random.default_rng(3)
    labels = rng.normal(size=400)
    predictions = [(labels + rng.normal(0, noise, 400))[:, None] for noise in (0.9, 0.5, 0.6)]
    weights = greedy_weights(predictions, labels, "squared_error")
    assert np.count_nonzero(weights) == 3
    small = greedy_weights([unit * answer for answer in predictions], unit * labels, "squared_error")
    assert small.tolist() == weights.tolist()


@pytest.mark.parametrize("unit", [1e-5, 1.0])
def test_who_is_faultless_wins_in_any_unit(unit: float) -> None:
    labels = unit * np.arange(1.0, 11.0)
    predictions = [answer[:, None] for answer in (1.1 * labels, labels, 0.9 * labels)]
    assert greedy_weights(predictions, labels, "squared_error").tolist() == [0.0, 1.0, 0.0]


def test_who_is_alone_is_weighed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    predictions, labels = members(0, 1, 50)
    judged: list[int] = []

    def value(rows: FloatArray) -> FloatArray:
        judged.append(len(rows))
        return LOSSES["log_loss"].value(rows)

    monkeypatch.setattr("engine.ensemble.greedy.LOSSES", {"log_loss": replace(LOSSES["log_loss"], value=value)})
    assert greedy_weights(predictions, labels, "log_loss").tolist() == [1.0]
    assert len(judged) == 1


def test_few_samples_choose_few_members() -> None:
    predictions, labels = members(1, 30, 60)
    assert np.count_nonzero(greedy_weights(predictions, labels, "log_loss")) <= 4


def test_the_cap_counts_samples_not_classes() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random((60, 50)) < 0.3).astype(np.float64)
    predictions = [np.clip(labels * 0.3 + rng.random((60, 50)) * 0.6, 0.01, 0.99) for _ in range(12)]
    assert np.count_nonzero(greedy_weights(predictions, labels, "binary_log_loss")) <= 4


def test_cap_follows_the_table() -> None:
    assert [member_cap(n) for n in (1, 100, 500, 2500, 10_000, 10**6)] == [4, 4, 8, 15, 40, 40]
    assert member_cap(300) == 6


def test_is_quick() -> None:
    predictions, labels = members(2, 10, 10_000)
    started = time.process_time()
    greedy_weights(predictions, labels, "log_loss")
    assert time.process_time() - started < 1.0
