"""The inputs of the linear model: clipped, standardised numbers bent at knots; categories stay codes.

For a number column x of the shared encoding, in float64:

* ``z = (clip(x, low, high) - mean) / scale``, 0 where x is missing;
* an indicator, 1 where x is missing, else 0;
* for each of its knots k, ``max(0, z - k)``, so that the effect of x is a broken line.

The design matrix holds all z, then all indicators, then all bends, in the order of ``numbers`` and ``source``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.modalities.table.features import TableEncoder

_SAMPLE = 50_000
_TAILS = (0.001, 0.999)
_LARGEST = 1e100  # beyond, squares would overflow
_NO_SPREAD = 1e-30  # below, numbers could not be scaled in single precision, in which models are exported


@dataclass(frozen=True, eq=False)
class Expansion:
    """Fitted on the encoded training rows, without labels.

    ``numbers`` [d] are the number columns' places in the encoding; ``low``, ``high``, ``mean``, ``scale`` [d];
    ``source`` [b] is the index into ``numbers`` that a bend belongs to, ``knots`` [b] where it bends, in units of z.
    """

    numbers: IntArray
    low: FloatArray
    high: FloatArray
    mean: FloatArray
    scale: FloatArray
    source: IntArray
    knots: FloatArray

    @classmethod
    def fit(cls, encoder: TableEncoder, encoded: FloatArray, knots: int, seed: int = 0) -> Expansion:
        """Choose clips, scales and at most ``knots`` bends a column from at most 50,000 of the rows [n, columns]."""
        places = np.array([i for i, column in enumerate(encoder.columns) if not column.is_category], dtype=np.int64)
        rows = np.arange(len(encoded))
        if len(rows) > _SAMPLE:
            rows = np.random.default_rng(seed).choice(rows, _SAMPLE, replace=False)
        stats = np.zeros((len(places), 4))
        source: list[int] = []
        bends: list[float] = []
        for i, place in enumerate(places):
            known = encoded[rows, place]
            stats[i], found = _fit_column(known[~np.isnan(known)], knots)
            source += [i] * len(found)
            bends += found
        low, high, mean, scale = stats.T.copy()
        return cls(places, low, high, mean, scale, np.array(source, dtype=np.int64), np.array(bends, dtype=np.float64))

    @property
    def width(self) -> int:
        """Columns of the design matrix."""
        return 2 * len(self.numbers) + len(self.knots)

    def design(self, encoded: FloatArray) -> FloatArray:
        """Return the design matrix [n, width] of encoded rows [n, columns]."""
        values = encoded[:, self.numbers]
        missing = np.isnan(values)
        z = (np.clip(values, self.low, self.high) - self.mean) / self.scale
        z[missing] = 0.0
        bent = z[:, self.source] - self.knots
        np.maximum(bent, 0.0, out=bent)
        return np.concatenate([z, missing.astype(np.float64), bent], axis=1)


def _fit_column(known: FloatArray, knots: int) -> tuple[tuple[float, float, float, float], list[float]]:
    """Return (low, high, mean, scale) and the knots in units of z."""
    if known.size == 0:
        return (0.0, 0.0, 0.0, 1.0), []
    known = np.clip(known, -_LARGEST, _LARGEST)
    low, high = (float(edge) for edge in np.quantile(known, _TAILS, method="nearest"))
    clipped = np.clip(known, low, high)
    mean, spread = float(clipped.mean()), float(clipped.std())
    if not spread > max(1e-12 * abs(mean), _NO_SPREAD):
        return (low, high, mean, 1.0), []
    steps = np.linspace(0.0, 1.0, knots // 2 + 2)[1:-1]
    distinct = np.unique(clipped)
    inner = np.unique(np.concatenate([np.quantile(clipped, steps), np.quantile(distinct, steps)]))
    inner = inner[(inner > low) & (inner < high)] if len(distinct) > 2 else inner[:0]
    return (low, high, mean, spread), [float(k) for k in np.unique((inner - mean) / spread)]
