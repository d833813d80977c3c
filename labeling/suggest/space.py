"""A small space in which alike samples lie near each other: the main directions of standardised features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.arrays import Float32Array

WIDTH = 128
LOOKED_AT = 2000
_AT_ONCE = 4096


@dataclass(frozen=True)
class Space:
    """Standardise, turn, keep the first directions.

    ``mean``, ``scale`` [d]; ``axes`` [d, w]. Two random samples lie about 2 apart in squared distance, as
    :class:`engine.heads.problem.Problem` wants them.
    """

    mean: Float32Array
    scale: Float32Array
    axes: Float32Array

    @classmethod
    def fit(cls, features: Float32Array, seed: int = 0) -> Self:
        """Find the directions from at most :data:`LOOKED_AT` of the features [n, d], all finite, n at least 1."""
        if len(features) > LOOKED_AT:
            features = features[np.sort(np.random.default_rng(seed).permutation(len(features))[:LOOKED_AT])]
        mean, spread = features.mean(axis=0), features.std(axis=0)
        scale = 1.0 / ((spread + 1e-3) * np.float32(np.sqrt(features.shape[1])))
        around = (features - mean) * scale
        if len(around) < around.shape[1]:  # the smaller of the two products of a matrix with itself
            weight, sides = np.linalg.eigh(around @ around.T)
            kept = weight > 1e-6 * max(float(weight[-1]), 1e-12)
            axes = around.T @ (sides[:, kept] / np.sqrt(weight[kept]))
        else:
            axes = np.linalg.eigh(around.T @ around)[1]
        return cls(mean, scale.astype(np.float32), np.ascontiguousarray(axes[:, ::-1][:, :WIDTH], dtype=np.float32))

    def points(self, features: Float32Array) -> Float32Array:
        """Return features [n, d] as points [n, w]."""
        found = np.empty((len(features), self.axes.shape[1]), dtype=np.float32)
        for first in range(0, len(features), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            found[part] = ((features[part] - self.mean) * self.scale) @ self.axes
        return found
