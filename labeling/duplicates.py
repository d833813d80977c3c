"""Find samples that are the same, or nearly: they have to stay on one side of every split.

Pictures are the same when their bytes are, and nearly the same when their difference hashes differ in at most
:data:`NEAR_BITS` of 64 bits. Smooth pictures, an object on a white table say, often share a hash without being alike:
where the hash has few changes between neighbouring cells, the grey thumbnails too may differ nowhere by more than
:data:`NEAR_TONES` levels. (On trashnet every pair with 20 changes or more was one scene, every one below 13 was not.)
Pairs that near share at least one of four 16-bit bands (pigeonhole), so only samples that agree in a band are compared,
never all with all. Frames of a camera that stands still agree all with all: pairs are folded into groups a slab at a
time and never kept, and a bucket whose samples are one group is done. Table rows are the same when all their inputs
are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import BoolArray, ByteArray, IntArray
from engine.dataset import INPUT_PREFIX
from labeling.understanding import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]

NEAR_BITS = 3
NEAR_TONES = 8
BUSY_CHANGES = 18
BANDS = 4
BAND_BITS = 16
SLAB = 2_000_000  # pairs compared at once
MOST_SLABS = 200  # of one bucket: all pairs of 28,000 samples
FOLDED_AT_ONCE = SLAB // 4
EACH_OF_CELLS = 9
REPEATING_SHARE = 0.5


def groups(frame: pl.DataFrame, notes: list[str] | None = None) -> IntArray:
    """Return a group number for every sample, shape [n]; samples of one group belong together.

    ``notes`` takes a sentence where there was too much to compare.
    """
    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
    if inputs:
        return _row_groups(frame.select(inputs))
    return picture_groups(frame["content"], frame["look"], frame["tones"], notes)


def picture_groups(content: pl.Series, look: pl.Series, tones: pl.Series, notes: list[str] | None = None) -> IntArray:
    """Return group numbers of pictures, shape [n]; null never equals null.

    Args:
        content: String, hash of the bytes.
        look: Int64, difference hash.
        tones: Binary, the grey thumbnail that the hash was taken from, present where ``look`` is.
        notes: takes a sentence where there was too much to compare.
    """
    same = codes(content)
    _, leaders, index = np.unique(same, return_index=True, return_inverse=True)
    seen = leaders[look.is_not_null().to_numpy()[leaders]]
    hashes = look.gather(seen).to_numpy().astype(np.int64).view(np.uint64)
    search = _Search(hashes, b"".join(tones.gather(seen).to_list()))
    for band, bucket in buckets(hashes):
        search.compare(bucket, band)
    partly = int(search.cut_short.sum())
    if partly and notes is not None:
        photos = count(partly, "photo looks", "photos look")
        notes.append(
            f"{photos} too much like thousands of others to be compared with all: near-copies of these may stand on "
            "both sides of a check."
        )
    together = join(np.arange(len(same)), seen, seen[search.labels()])
    return together[leaders[index]]


class _Search:
    """Joins pictures that are nearly the same.

    Attributes:
        cut_short: which ones were compared with a part only of those that they agree with in a band, [n].
    """

    def __init__(self, hashes: Hashes, tones: bytes) -> None:
        self._hashes, self._busy = hashes, changes(hashes) >= BUSY_CHANGES
        self._grey = np.frombuffer(tones, dtype=np.uint8).reshape(len(hashes), len(tones) // max(1, len(hashes)))
        self._few = np.ascontiguousarray(self._grey[:, ::EACH_OF_CELLS])  # most pairs differ in a few already
        self._label = np.arange(len(hashes))
        self._found: list[tuple[IntArray, IntArray]] = []
        self._unfolded = 0
        self.cut_short = np.zeros(len(hashes), dtype=np.bool_)

    def compare(self, bucket: IntArray, band: int) -> None:
        """Join those that are nearly the same among pictures that agree in a band; earlier ones were seen to before."""
        for number, (first, second) in enumerate(near_pairs(self._hashes[bucket])):
            if number == MOST_SLABS:
                self.cut_short[bucket] = True
                return
            if len(first):
                self._take(bucket[first], bucket[second], band)
                if (self._label[bucket] == self._label[bucket[0]]).all():
                    return

    def labels(self) -> IntArray:
        """Return what each picture belongs to: the first of those, [n]."""
        if self._found:
            first, second = (np.concatenate(side) for side in zip(*self._found, strict=True))
            self._label = join(self._label, first, second)
            self._found, self._unfolded = [], 0
        return self._label

    def _take(self, first: IntArray, second: IntArray, band: int) -> None:
        """Take note of the pairs with near hashes that are alike, but for those in one group or seen to already."""
        fresh = self._label[first] != self._label[second]
        for earlier in range(band):
            fresh &= _in_band(self._hashes[first], earlier) != _in_band(self._hashes[second], earlier)
        first, second = first[fresh], second[fresh]
        if not len(first):
            return
        alike = self._busy[first] & self._busy[second]
        rest = np.flatnonzero(~alike)
        rest = rest[_near(self._few, first[rest], second[rest])]
        alike[rest] = _near(self._grey, first[rest], second[rest])
        self._found.append((first[alike], second[alike]))
        self._unfolded += int(alike.sum())
        if self._unfolded >= FOLDED_AT_ONCE:
            self.labels()


def _in_band(values: Hashes, band: int) -> Hashes:
    return (values >> np.uint64(band * BAND_BITS)) & np.uint64((1 << BAND_BITS) - 1)


def buckets(values: Hashes) -> Iterator[tuple[int, IntArray]]:
    """Yield bands, and the indices of values that agree in them, two or more, ascending."""
    for band in range(BANDS):
        key = _in_band(values, band)
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=np.uint64(1 << BAND_BITS)))
        yield from ((band, bucket) for bucket in np.split(order, starts[1:]) if len(bucket) > 1)


def near_pairs(values: Hashes) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the index pairs (i < j) of 64-bit values that differ in at most :data:`NEAR_BITS` bits, slab by slab."""
    start = 0
    while start < len(values) - 1:
        rest = values[start:]
        rows = rest[: max(1, SLAB // len(rest))]
        row, column = np.nonzero(np.bitwise_count(rows[:, None] ^ rest[None, :]) <= NEAR_BITS)
        later = column > row
        yield row[later] + start, column[later] + start
        start += len(rows)


def join(label: IntArray, first: IntArray, second: IntArray) -> IntArray:
    """Return the connected component of each node, [n], once pairs of nodes are joined to those of ``label``.

    Components are named by their smallest member, those of ``label`` too.
    """
    root, first, second = np.arange(len(label)), label[first], label[second]
    while True:
        before = root.copy()
        low = np.minimum(root[first], root[second])
        np.minimum.at(root, root[first], low)
        np.minimum.at(root, root[second], low)
        root = root[root]
        if np.array_equal(root, before):
            return root[label]


def codes(column: pl.Series) -> IntArray:
    """Return a number for each different value; every null gets its own."""
    ranks = column.rank("dense").to_numpy().astype(np.float64)
    null = np.isnan(ranks)
    codes = np.where(null, 0, ranks).astype(np.int64)
    codes[null] = len(column) + 1 + np.arange(int(null.sum()))
    return codes


def changes(hashes: Hashes) -> IntArray:
    """Return in how many places neighbouring cells of each 8 x 8 hash differ, 0 to 112, shape [n]."""
    inside_rows = np.uint64(0x7F7F7F7F7F7F7F7F)
    across = np.bitwise_count((hashes ^ (hashes >> np.uint64(1))) & inside_rows)
    down = np.bitwise_count((hashes ^ (hashes >> np.uint64(8))) & np.uint64((1 << 56) - 1))
    total: IntArray = across.astype(np.int64) + down
    return total


def _near(grey: ByteArray, first: IntArray, second: IntArray) -> BoolArray:
    """Return which pairs of thumbnails, rows of ``grey`` [n, cells], differ nowhere by much."""
    step = max(1, SLAB // max(1, grey.shape[1]))
    found = np.empty(len(first), dtype=np.bool_)
    for at in range(0, len(first), step):
        one, other = grey[first[at : at + step]], grey[second[at : at + step]]
        found[at : at + step] = (np.maximum(one, other) - np.minimum(one, other)).max(axis=1) <= NEAR_TONES
    return found


def _row_groups(inputs: pl.DataFrame) -> IntArray:
    """Return groups of identical rows; each row its own where repeating is the rule, as with a few yes/no questions."""
    hashes = inputs.hash_rows(seed=0).to_numpy()
    _, index = np.unique(hashes, return_inverse=True)
    if index.max(initial=-1) + 1 < REPEATING_SHARE * len(index):
        return np.arange(len(index))
    return index.astype(np.int64)
