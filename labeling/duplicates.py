"""Find samples that are the same, or nearly: they have to stay on one side of every split.

Pictures are the same when their bytes are, and nearly the same when their difference hashes differ in at most
:data:`NEAR_BITS` of 64 bits. Smooth pictures, an object on a white table say, often share a hash without being alike:
where the hash has few changes between neighbouring cells, the grey thumbnails too may differ nowhere by more than
:data:`NEAR_TONES` levels. (On trashnet every pair with 20 changes or more was one scene, every one below 13 was not.)
Pairs that near share at least one of four 16-bit bands (pigeonhole), so only samples that agree in a band are compared,
never all with all. Table rows are the same when all their inputs are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, ByteArray, IntArray
from engine.dataset import INPUT_PREFIX

if TYPE_CHECKING:
    import polars as pl

NEAR_BITS = 3
NEAR_TONES = 8
BUSY_CHANGES = 18
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
    return picture_groups(frame["content"], frame["look"], frame["tones"])


def picture_groups(content: pl.Series, look: pl.Series, tones: pl.Series) -> IntArray:
    """Return group numbers of pictures, shape [n]; null never equals null.

    Args:
        content: String, hash of the bytes.
        look: Int64, difference hash.
        tones: Binary, the grey thumbnail that the hash was taken from, present where ``look`` is.
    """
    same = codes(content)
    _, leaders, index = np.unique(same, return_index=True, return_inverse=True)
    seen = leaders[look.is_not_null().to_numpy()[leaders]]
    hashes = look.gather(seen).to_numpy().astype(np.int64).view(np.uint64)
    first, second = near_pairs(hashes)
    if len(first):
        grey = np.frombuffer(b"".join(tones.gather(seen).to_list()), dtype=np.uint8).reshape(len(seen), -1)
        busy = changes(hashes) >= BUSY_CHANGES
        alike = (busy[first] & busy[second]) | _alike(grey, first, second)
        first, second = first[alike], second[alike]
    together = join(len(same), seen[first], seen[second])
    return together[leaders[index]]


def near_pairs(values: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> tuple[IntArray, IntArray]:
    """Return the index pairs (i < j) of 64-bit values that differ in at most :data:`NEAR_BITS` bits."""
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


def codes(column: pl.Series) -> IntArray:
    """Return a number for each different value; every null gets its own."""
    ranks = column.rank("dense").to_numpy().astype(np.float64)
    null = np.isnan(ranks)
    codes = np.where(null, 0, ranks).astype(np.int64)
    codes[null] = len(column) + 1 + np.arange(int(null.sum()))
    return codes


def changes(hashes: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> IntArray:
    """Return in how many places neighbouring cells of each 8 x 8 hash differ, 0 to 112, shape [n]."""
    inside_rows = np.uint64(0x7F7F7F7F7F7F7F7F)
    across = np.bitwise_count((hashes ^ (hashes >> np.uint64(1))) & inside_rows)
    down = np.bitwise_count((hashes ^ (hashes >> np.uint64(8))) & np.uint64((1 << 56) - 1))
    total: IntArray = across.astype(np.int64) + down
    return total


def _alike(grey: ByteArray, first: IntArray, second: IntArray) -> BoolArray:
    """Return which pairs of thumbnails, rows of ``grey`` [n, cells], differ nowhere by much."""
    step = max(1, SLAB // grey.shape[1])
    slabs = [
        np.abs(grey[first[at : at + step]].astype(np.int16) - grey[second[at : at + step]]).max(axis=1) <= NEAR_TONES
        for at in range(0, len(first), step)
    ]
    return np.concatenate(slabs)


def _row_groups(inputs: pl.DataFrame) -> IntArray:
    """Return groups of identical rows; each row its own where repeating is the rule, as with a few yes/no questions."""
    hashes = inputs.hash_rows(seed=0).to_numpy()
    _, index = np.unique(hashes, return_inverse=True)
    if index.max(initial=-1) + 1 < REPEATING_SHARE * len(index):
        return np.arange(len(index))
    return index.astype(np.int64)
