"""The inputs of the table networks: numbers scaled by their middle half and softly clipped, gaps, categories as codes.

For a number column x of the shared encoding, in float64 (the preprocessing of RealMLP, Holzmüller et al. 2024, arXiv
2407.04491):

* ``u = (clip(x, low, high) - middle) / scale``, 0 where x is missing, ``scale`` being the distance between the
  quartiles, or half the range where the quartiles are equal; ``low`` and ``high`` only keep u finite;
* ``z = u / sqrt(1 + (u / 3)²)``, which is about u near 0 and never beyond ±3;
* an indicator, 1 where x is missing, else 0, for columns with a gap in the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray, IntArray
from engine.modalities.table.features import TableEncoder

REACH = 3.0
_FAR = 1e6  # in units of the scale
_LARGEST = 1e100  # beyond, squares would overflow


@dataclass(frozen=True, eq=False)
class Scaling:
    """Fitted on the encoded training rows, without labels.

    ``numbers`` [d] are the places in the encoding of the number columns that differ between rows, ``middle`` and
    ``scale`` [d] their own; ``gaps`` [g] are the places of number columns that had a missing value.
    """

    numbers: IntArray
    middle: FloatArray
    scale: FloatArray
    gaps: IntArray

    @classmethod
    def fit(cls, encoder: TableEncoder, encoded: FloatArray) -> Scaling:
        """Choose what is used and its scale from all rows [n, columns]."""
        numbers: list[int] = []
        stats: list[tuple[float, float]] = []
        gaps: list[int] = []
        for place, column in enumerate(encoder.columns):
            if column.is_category:
                continue
            known = encoded[~np.isnan(encoded[:, place]), place]
            if 0 < len(known) < len(encoded):
                gaps.append(place)
            if len(known) and known.min() < known.max():
                numbers.append(place)
                stats.append(_robust(np.clip(known, -_LARGEST, _LARGEST)))
        middle, scale = np.array(stats, dtype=np.float64).reshape(-1, 2).T.copy()
        return cls(np.array(numbers, dtype=np.int64), middle, scale, np.array(gaps, dtype=np.int64))

    @property
    def low(self) -> FloatArray:
        """The smallest numbers told apart [d]."""
        return self.middle - _FAR * self.scale

    @property
    def high(self) -> FloatArray:
        """The largest numbers told apart [d]."""
        return self.middle + _FAR * self.scale

    def scaled(self, encoded: FloatArray) -> FloatArray:
        """Return z [n, d] of encoded rows [n, columns]."""
        values = encoded[:, self.numbers]
        u = (np.clip(values, self.low, self.high) - self.middle) / self.scale
        u[np.isnan(u)] = 0.0
        return np.asarray(u / np.sqrt(1.0 + (u / REACH) ** 2))

    def missing(self, encoded: FloatArray) -> FloatArray:
        """Return the indicators [n, g] of encoded rows [n, columns]."""
        return np.isnan(encoded[:, self.gaps]).astype(np.float64)


def _robust(known: FloatArray) -> tuple[float, float]:
    low, middle, high = (float(edge) for edge in np.quantile(known, (0.25, 0.5, 0.75)))
    return middle, high - low if high > low else float(known.max() - known.min()) / 2 or 1.0
