"""Find samples that are the same, or nearly: they have to stay on one side of every split.

Pictures are the same when their bytes are, and nearly the same when their difference hashes differ in at most
:data:`NEAR_BITS` of 64 bits. Pairs that near share at least one of four 16-bit bands (pigeonhole), so only samples that
agree in a band are compared, and never all with all. Table rows are the same when all their inputs are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import IntArray
from engine.dataset import INPUT_PREFIX

if TYPE_CHECKING:
    import polars as pl

NEAR_BITS = 3
BANDS = 4
BAND_BITS = 16
LARGEST_BUCKET = 20_000
SLAB = 2_000_000
REPEATING_SHARE = 0.5


def groups(frame: pl.DataFrame) -> IntArray:
    """Return a group number for every sample, shape [n]; samples of one group belong together."""
    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
    if inputs:
        return _row_groups(frame.select(inputs))
    return picture_groups(frame["content"], frame["look"])


def picture_groups(content: pl.Series, look: pl.Series) -> IntArray:
    """Return group numbers of pictures by content (String) and look (Int64), shape [n]; null never equals null."""
    n = len(content)
    same = _codes(content)
    hashes = look.drop_nulls().to_numpy().astype(np.int64).view(np.uint64)
    rows = np.flatnonzero(look.is_not_null().to_numpy())
    values, index = np.unique(hashes, return_inverse=True)
    first, second = near_pairs(values)
    near = join(len(values), first, second)[index] if len(values) else np.empty(0, dtype=np.int64)
    # Chain each sample to the first of its content and to the first of its look, then join the chains.
    chains = np.concatenate([_to_first(same, np.arange(n)), _to_first(near, rows)])
    return join(n, chains[:, 0], chains[:, 1])


def near_pairs(values: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> tuple[IntArray, IntArray]:
    """Return the index pairs (i < j) of different 64-bit values that differ in at most :data:`NEAR_BITS` bits."""
    first, second = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for band in range(BANDS):
        key = (values >> np.uint64(band * BAND_BITS)) & np.uint64((1 << BAND_BITS) - 1)
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=np.uint64(1 << BAND_BITS)))
        for bucket in np.split(order, starts[1:]):
            if 1 < len(bucket) <= LARGEST_BUCKET:
                pairs = _near_in_bucket(values[bucket])
                first.append(bucket[pairs[0]])
                second.append(bucket[pairs[1]])
    return np.concatenate(first), np.concatenate(second)


def join(n: int, first: IntArray, second: IntArray) -> IntArray:
    """Return the connected component of each of ``n`` nodes, named by its smallest member, shape [n]."""
    label = np.arange(n)
    while True:
        before = label.copy()
        low = np.minimum(label[first], label[second])
        np.minimum.at(label, label[first], low)
        np.minimum.at(label, label[second], low)
        label = label[label]
        if np.array_equal(label, before):
            return label


def _near_in_bucket(values: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> tuple[IntArray, IntArray]:
    step = max(1, SLAB // len(values))
    first, second = [], []
    for start in range(0, len(values), step):
        distance = np.bitwise_count(values[start : start + step, None] ^ values[None, :])
        row, column = np.nonzero(distance <= NEAR_BITS)
        later = column > row + start
        first.append(row[later] + start)
        second.append(column[later])
    return np.concatenate(first), np.concatenate(second)


def _codes(column: pl.Series) -> IntArray:
    """Return a number for each different value; every null gets its own."""
    ranks = column.rank("dense").to_numpy().astype(np.float64)
    null = np.isnan(ranks)
    codes = np.where(null, 0, ranks).astype(np.int64)
    codes[null] = len(column) + 1 + np.arange(int(null.sum()))
    return codes


def _to_first(codes: IntArray, rows: IntArray) -> IntArray:
    """Return pairs (row, first row with the same code), shape [n, 2]."""
    _, first, index = np.unique(codes, return_index=True, return_inverse=True)
    return np.stack([rows, rows[first[index]]], axis=1) if len(rows) else np.empty((0, 2), dtype=np.int64)


def _row_groups(inputs: pl.DataFrame) -> IntArray:
    """Return groups of identical rows; each its own where repeated rows are the rule, as with a few yes/no questions."""
    hashes = inputs.hash_rows(seed=0).to_numpy()
    _, index = np.unique(hashes, return_inverse=True)
    if index.max(initial=-1) + 1 < REPEATING_SHARE * len(index):
        return np.arange(len(index))
    return index.astype(np.int64)
