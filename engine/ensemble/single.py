"""The single best member: one small model instead of many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import FloatArray
from engine.ensemble.base import LOSSES, reduced


def single_weights(predictions: Sequence[FloatArray], labels: FloatArray, loss: str) -> FloatArray:
    """Return weight 1 for the member with the least loss, 0 for the others, shape [m]; the first of equals.

    Raises:
        KeyError: no loss has that name.
        ValueError: there is no member, or no sample that all members have predicted.
    """
    rows = reduced(predictions, labels, LOSSES[loss])
    weights = np.zeros(len(rows))
    weights[int(LOSSES[loss].value(rows).argmin())] = 1.0
    return weights
