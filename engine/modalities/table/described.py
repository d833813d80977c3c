"""Rows of a table as plain numbers of about one size: to know which of them are alike."""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array
from engine.modalities.table.encoder import TableEncoder
from engine.modalities.table.expansion import Expansion
from engine.modalities.table.samples import TableSamples
from engine.task import Column

_VALUES = 24  # of a category that are told apart, the most frequent ones


def described(samples: TableSamples, columns: tuple[Column, ...]) -> Float32Array:
    """Return float32 [n, d]: standardised numbers, and 0 or 1 for each frequent value of each category."""
    encoder = TableEncoder.fit(samples, columns)
    encoded = samples.encoded(encoder)
    parts = [Expansion.fit(encoder, encoded, knots=0).design(encoded)]
    for place in encoder.categories:
        values = min(_VALUES, encoder.columns[place].unknown_code)
        parts.append((encoded[:, place, None] == np.arange(values)).astype(np.float64))
    return np.concatenate(parts, axis=1).astype(np.float32)
