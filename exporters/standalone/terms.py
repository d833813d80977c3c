"""A column of texts in a table, as a graph takes it: the terms of each cell, how many there are, and its letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import IntArray
from engine.modalities.table.terms import lengths, occurrences


def term_feeds(texts: Sequence[str | None]) -> tuple[IntArray, IntArray, IntArray]:
    """Return the terms' buckets [p], cell after cell, how many each cell has [n], and how many characters count [n]."""
    rows, buckets = occurrences(texts)
    return buckets, np.bincount(rows, minlength=len(texts)).astype(np.int64), lengths(texts)
