"""Grey pictures of more than 8 bits, brought to 8: no header tells how many of their bits are used."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.arrays import ByteArray

# Shares, and levels of 8, 12 and 16 bits. With ranges for 10 and 14 bits too, more pictures of one camera would come
# out at different brightness: each is judged alone.
_TOPS = (1.0, 255.0, 4_095.0, 65_535.0)


def eight_bit(levels: npt.NDArray[Any]) -> ByteArray:
    """Return grey levels as uint8, by the smallest usual range that holds all of them: cameras of 12 bits fill 16.

    Each picture is judged alone, so that one without any light in it comes out brighter than others of its camera.
    Levels below zero or beyond 16 bits are spread from the lowest to the highest.

    >>> eight_bit(np.array([0, 2048, 4095], np.uint16)).tolist()
    [0, 128, 255]
    """
    found = levels.astype(np.float64)
    np.nan_to_num(found, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(found.min()), float(found.max())
    if low >= 0.0 and high <= _TOPS[-1]:
        low, high = 0.0, next(top for top in _TOPS if high <= top)
    found -= low  # in place: a large picture takes much room as it is
    found *= 255.0 / max(high - low, 1e-12)
    return np.rint(found, out=found).astype(np.uint8)
