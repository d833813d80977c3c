"""How members speak with one voice. The served model, the leaderboard and the exported graph all compute this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.model.calibrate import apply, apply_each
from engine.task import Kind


def blend(predictions: Iterable[FloatArray], weights: Sequence[float], temperature: float, kind: Kind) -> FloatArray:
    """Return the weighted mean [n, outputs] of members' predictions, calibrated for classes.

    Classes: ``p ∝ (Σ wᵢ pᵢ)^(1/T)``, rows summing to 1; where a sample may have several, each class against its
    absence. A row that some member left NaN stays NaN. Predictions are taken one by one: those of very many samples
    may only fit into memory so.
    """
    total: FloatArray | None = None
    for prediction, weight in zip(predictions, weights, strict=True):
        if total is None:
            total = np.zeros_like(prediction, dtype=np.float64)
        total += weight * prediction
    if total is None:
        raise ValueError("There is nobody to speak.")
    if kind is Kind.REGRESSION:
        return total
    if kind is Kind.MULTILABEL:
        return apply_each(total, temperature)
    return apply(total / total.sum(axis=1, keepdims=True), temperature)
