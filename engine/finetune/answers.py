"""What the outputs of a tuned network mean. No torch here."""

from __future__ import annotations

import numpy as np

from engine.arrays import FloatArray
from engine.task import Kind


def answers(kind: Kind, outputs: FloatArray) -> FloatArray:
    """Return what outputs [n, K] mean: probabilities that sum to 1, or one for each class, or the numbers they are.

    >>> answers(Kind.MULTILABEL, np.zeros((1, 2))).tolist()
    [[0.5, 0.5]]
    """
    meant = outputs
    if kind is Kind.MULTICLASS:
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        meant = powers / powers.sum(axis=1, keepdims=True)
    elif kind is Kind.MULTILABEL:
        meant = 0.5 + 0.5 * np.tanh(0.5 * outputs)
    return meant
