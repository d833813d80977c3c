from __future__ import annotations

import time

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.metrics import METRICS, OF_KIND, bootstrap, intervals, replicates, score
from engine.task import Kind


def sample(n: int, classes: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n).astype(np.float64)
    raw = rng.random((n, classes)) + 0.4 * (labels[:, None] == np.arange(classes))
    return labels, raw / raw.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("metric", METRICS)
def test_interval_holds_the_score(metric: str) -> None:
    labels, predictions = sample(400, 3)
    found = bootstrap(metric, labels, predictions)
    assert found.low < score(metric, labels, predictions) < found.high
    assert found.se == pytest.approx((found.high - found.low) / 3.92, rel=0.25)


@pytest.mark.parametrize("metric", OF_KIND[Kind.MULTILABEL])
def test_interval_of_several_classes_holds_the_score(metric: str) -> None:
    rng = np.random.default_rng(5)
    labels = (rng.random((400, 4)) < 0.3).astype(np.float64)
    predictions = np.clip(0.3 * labels + rng.random((400, 4)) * 0.7, 0.01, 0.99)
    found = bootstrap(metric, labels, predictions)
    assert found.low < score(metric, labels, predictions) < found.high


def test_error_of_a_share_is_the_binomial_one() -> None:
    labels, predictions = sample(1000, 2)
    share = score("accuracy", labels, predictions)
    expected = np.sqrt(share * (1 - share) / 1000)
    assert bootstrap("accuracy", labels, predictions, resamples=2000).se == pytest.approx(expected, rel=0.06)


def test_same_seed_same_interval() -> None:
    labels, predictions = sample(100, 2)
    assert bootstrap("nauc", labels, predictions, seed=1) == bootstrap("nauc", labels, predictions, seed=1)
    assert bootstrap("nauc", labels, predictions, seed=1) != bootstrap("nauc", labels, predictions, seed=2)


def test_large_samples_keep_their_narrow_interval() -> None:
    labels, predictions = sample(400_000, 2)
    share = score("accuracy", labels, predictions)
    found = bootstrap("accuracy", labels, predictions)
    assert found.low < share < found.high
    assert found.se == pytest.approx(np.sqrt(share * (1 - share) / 400_000), rel=0.2)


def test_replicates_of_two_predictions_are_drawn_alike() -> None:
    labels, predictions = sample(300, 2)
    worse = 0.9 * predictions + 0.1 * predictions[:, ::-1]
    # The same samples are wrong, so the same resamples suffer.
    assert np.array_equal(replicates("accuracy", labels, predictions), replicates("accuracy", labels, worse))
    assert replicates("accuracy", labels, predictions).std() > 0


def test_a_single_sample_has_an_interval() -> None:
    found = bootstrap("accuracy", np.array([1.0]), np.array([[0.2, 0.8]]))
    assert (found.low, found.high, found.se) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize("metric", ["accuracy", "nauc"])
@pytest.mark.parametrize(("n", "low"), [(30, 0.9), (300, 0.99)])
def test_no_fault_among_few_samples_does_not_promise_none_among_others(metric: str, n: int, low: float) -> None:
    labels = np.tile([0.0, 1.0], n // 2)
    assert bootstrap(metric, labels, np.stack([1.0 - labels, labels], axis=1)).low == pytest.approx(low)


@pytest.mark.parametrize("seed", range(4))
def test_few_faults_among_very_many_answers_leave_an_interval(seed: int) -> None:
    labels = np.random.default_rng(0).integers(0, 100, 8000).astype(np.float64)
    wrong = np.random.default_rng(seed).choice(8000, 4, replace=False)  # perhaps none in the part that is resampled
    told = labels.copy()
    told[wrong] = (told[wrong] + 1) % 100
    found = bootstrap("accuracy", labels, np.eye(100)[told.astype(np.int64)])
    assert 0.998 < found.low < 1.0 - 4 / 8000 < found.high <= 1.0


def test_intervals_of_several_metrics_are_those_of_each() -> None:
    labels, predictions = sample(300, 3)
    metrics = OF_KIND[Kind.MULTICLASS]
    assert intervals(metrics, labels, predictions) == {name: bootstrap(name, labels, predictions) for name in metrics}


@pytest.mark.parametrize(("n", "classes"), [(32_561, 2), (2_000, 10), (400_000, 2), (50_000, 100)])
def test_is_quick(n: int, classes: int) -> None:
    labels, predictions = sample(n, classes)
    times = []
    for _ in range(3):
        started = time.process_time()
        bootstrap("nauc", labels, predictions)
        times.append(time.process_time() - started)
    # About 0.1 s and at most 0.5 s on an idle core; the rest is room for a busy machine.
    assert min(times) < 2.0
