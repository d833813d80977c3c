"""How much a feature says about a class, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, Float32Array

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def log_count_ratios(transposed: csr_array[np.float32], targets: Float32Array, learned: BoolArray) -> Float32Array:
    """Return how much more often each feature occurs with a class than without it, as a logarithm, [m, F * K].

    ``ln(p / |p|) - ln(q / |q|)``, where p and q count, plus 1, the texts with the feature among the ``learned`` rows
    [n, F] of a model that have the class, as ``targets`` [n, K] say, and that have not. ``transposed`` [m, n] holds
    anything but 0 where a text has a feature.
    """
    there = transposed.copy()
    there.data = np.ones_like(there.data)
    inside = learned[:, :, None] * targets[:, None]
    with_class = there @ inside.reshape(len(targets), -1) + 1.0
    without = there @ (learned[:, :, None] - inside).reshape(len(targets), -1) + 1.0
    ratios = np.log(with_class / with_class.sum(axis=0)) - np.log(without / without.sum(axis=0))
    return np.asarray(ratios, dtype=np.float32)
