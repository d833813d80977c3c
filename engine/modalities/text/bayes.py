"""How much a feature says about a class, by itself, and whether it can say anything of a text that is new."""

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
    there = _there(transposed)
    inside = learned[:, :, None] * targets[:, None]
    with_class = there @ inside.reshape(len(targets), -1) + 1.0
    without = there @ (learned[:, :, None] - inside).reshape(len(targets), -1) + 1.0
    ratios = np.log(with_class / with_class.sum(axis=0)) - np.log(without / without.sum(axis=0))
    return np.asarray(ratios, dtype=np.float32)


def frequent(transposed: csr_array[np.float32], learned: BoolArray, least: int) -> BoolArray:
    """Return whether each feature occurs in ``least`` of a model's ``learned`` rows [n, F], as [m, F].

    ``transposed`` [m, n] is as in :func:`log_count_ratios`. A vocabulary is chosen with the held-out texts, so that one
    of them may be what makes a feature frequent enough: no new text would find it there.
    """
    return np.asarray(_there(transposed) @ learned.astype(np.float32) >= least)


def _there(transposed: csr_array[np.float32]) -> csr_array[np.float32]:
    """Return 1 where a text has a feature."""
    from scipy.sparse import csr_array

    ones = np.ones_like(transposed.data)
    return csr_array((ones, transposed.indices, transposed.indptr), shape=transposed.shape)
