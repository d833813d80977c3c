"""Which encoding some bytes of text are in, where nobody has written it down."""

from __future__ import annotations

import numpy as np

from engine.arrays import ByteArray

_HIGH = 0x80
_PAIRED, _COMMON = 0.8, 0.6


def is_chinese(raw: bytes) -> bool:
    """Return whether the high bytes come in pairs, most of which are everyday characters or punctuation of GB 2312."""
    values = np.frombuffer(raw, dtype=np.uint8)
    leads = _leads(values)
    high = int((values >= _HIGH).sum())
    if not len(leads) or 2 * len(leads) < _PAIRED * high:
        return False
    first = values[leads]
    common = ((first >= 0xB0) & (first <= 0xD7)) | ((first >= 0xA1) & (first <= 0xA3))
    return float(common.mean()) >= _COMMON


def _leads(values: ByteArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return where pairs of GB 2312 begin: every second place in a run of high bytes."""
    high = np.concatenate([[False], values >= _HIGH, [False]])
    edges = np.flatnonzero(high[1:] != high[:-1])
    starts, lengths = edges[0::2], edges[1::2] - edges[0::2]
    pairs = lengths // 2
    within = np.arange(int(pairs.sum())) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    leads: np.ndarray[tuple[int], np.dtype[np.int64]] = np.repeat(starts, pairs) + 2 * within
    return leads[(values[leads] >= 0xA1) & (values[leads] <= 0xF7) & (values[leads + 1] >= 0xA1)]
