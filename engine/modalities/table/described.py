"""Rows of a table as plain numbers of about one size: to know which of them are alike."""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array
from engine.modalities.table.expansion import Expansion
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.pieces import finished
from engine.task import Column

_VALUES = 24  # of a category that are told apart, the most frequent ones
_ROWS_AT_ONCE = 10_000


def described(samples: TableSamples, columns: tuple[Column, ...]) -> Float32Array:
    """Return float32 [n, d]: standardised numbers, and 0 or 1 for each frequent value of each category."""
    encoder, encoded = finished(TableEncoder.fitting(samples, columns))
    expansion = Expansion.fit(encoder, encoded, knots=0)
    values = [min(_VALUES, encoder.columns[place].unknown_code) for place in encoder.categories]
    firsts = expansion.width + np.cumsum([0, *values])
    told: Float32Array = np.zeros((len(encoded), firsts[-1]), dtype=np.float32)
    for start in range(0, len(encoded), _ROWS_AT_ONCE):
        rows, piece = encoded[start : start + _ROWS_AT_ONCE], told[start : start + _ROWS_AT_ONCE]
        piece[:, : expansion.width] = expansion.design(rows)
        for place, first, count in zip(encoder.categories, firsts[:-1], values, strict=True):
            piece[:, first : first + count] = rows[:, place, None] == np.arange(count)
    return told
