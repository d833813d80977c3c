"""Temperature scaling: probabilities made as sure as they are right (Guo et al., 2017)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from engine.arrays import FloatArray, IntArray

_LEAST = 1e-12
_RANGE = (0.1, 10.0)
_ROWS, _CELLS = 20_000, 4_000_000
_TOLERANCE = 1e-3
_GOLDEN = (math.sqrt(5) - 1) / 2


def apply(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Return ``p ** (1 / temperature)``, each row [n, K] normalised to 1; above 1 less sure, below 1 more."""
    powers: FloatArray = probabilities if temperature == 1.0 else probabilities ** (1.0 / temperature)
    scaled: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return scaled


def apply_each(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Return probabilities [n, K] of classes that do not exclude each other, each with its logit over temperature."""
    if temperature == 1.0:
        return probabilities
    yes, no = probabilities ** (1.0 / temperature), (1.0 - probabilities) ** (1.0 / temperature)
    scaled: FloatArray = yes / (yes + no)
    return scaled


def fit_temperature_each(probabilities: FloatArray, labels: FloatArray) -> float:
    """Return the one temperature for all of several classes: rows [n, K], labels 0 or 1 [n, K].

    At most 20,000 cells are looked at, evenly spaced by a step without a divisor in common with K: else some classes
    would never come up.
    """
    step = max(1, math.ceil(labels.size / _ROWS))
    while math.gcd(step, labels.shape[1]) > 1:
        step += 1
    yes = probabilities.reshape(-1)[::step]
    return fit_temperature(np.stack([1.0 - yes, yes], axis=1), labels.reshape(-1)[::step])


def fit_temperature(probabilities: FloatArray, labels: FloatArray | IntArray) -> float:
    """Return the temperature in 0.1..10 with the least log-loss on out-of-sample rows [n, K] for class indices [n].

    Labels are smoothed by 1 / (n + 2) as in Platt (1999), so that a few faultless rows do not make it certain of
    everything. At most 20,000 rows, evenly spaced, are looked at, and of more than 200 classes fewer. Without rows the
    answer is 1.
    """
    step = max(1, math.ceil(len(labels) / min(_ROWS, _CELLS // probabilities.shape[1])))
    known = labels[::step].astype(np.int64)
    n = len(known)
    if n == 0:
        return 1.0
    logs = np.log(np.maximum(probabilities[::step], _LEAST))
    logs -= logs.max(axis=1, keepdims=True)
    smooth = 1.0 / (n + 2)
    target = (1 - smooth) * logs[np.arange(n), known] + smooth * logs.mean(axis=1)

    def cost(log_temperature: float) -> float:
        inverse = math.exp(-log_temperature)
        return float((np.log(np.exp(logs * inverse).sum(axis=1)) - target * inverse).mean())

    return math.exp(_minimum(cost, math.log(_RANGE[0]), math.log(_RANGE[1])))


def _minimum(cost: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is least, by golden-section search."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = cost(left), cost(right)
    while high - low > _TOLERANCE:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = cost(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = cost(right)
    return (low + high) / 2
