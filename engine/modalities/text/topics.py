"""What texts are about, as few numbers: the directions in which counts of words vary most, found without labels.

Latent semantic analysis (Deerwester et al., 1990) by randomised subspace iteration (Halko, Martinsson and Tropp, 2011).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.arrays import Float32Array

if TYPE_CHECKING:
    from scipy.sparse import csr_array

HalfArray = npt.NDArray[np.float16]

ROUNDS = 8  # products with the features there and back; half of them make answers on long texts worse
_BESIDE = 20  # directions looked for beyond those that are kept
_FLAT = 1e-6


@dataclass(frozen=True, eq=False)
class Projection:
    """Directions [m, d] in the space of features, in half precision: what is learned from is what is served."""

    directions: HalfArray

    def numbers(self, matrix: csr_array[np.float32]) -> Float32Array:
        """Return ``x @ directions`` of the rows x of ``matrix`` [n, m], each scaled to length 1 (or 0), [n, d]."""
        found = np.asarray(matrix @ self.directions.astype(np.float32))
        lengths = np.sqrt((found**2).sum(axis=1, keepdims=True))
        return np.asarray(found / np.maximum(lengths, _FLAT), dtype=np.float32)


def projections(
    matrix: csr_array[np.float32], transposed: csr_array[np.float32], wanted: int, seed: int
) -> Generator[None, None, Projection]:
    """Find at most ``wanted`` directions, those that explain most of the rows of ``matrix`` [n, m] first.

    Yields after each round, of which there are :data:`ROUNDS`.
    """
    rows, features = matrix.shape
    width = max(1, min(wanted + _BESIDE, rows, features))
    basis = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    for _ in range(ROUNDS):
        basis = np.linalg.qr(matrix @ (transposed @ basis))[0].astype(np.float32)
        yield
    back = np.asarray(transposed @ basis)
    squares, turn = np.linalg.eigh((back.T @ back).astype(np.float64))
    kept = np.argsort(-squares)[:wanted]
    scale = 1.0 / np.sqrt(np.maximum(squares[kept], _FLAT))
    return Projection((back @ (turn[:, kept] * scale).astype(np.float32)).astype(np.float16))
