"""The one resize, the same in the engine and in an exported graph.

A separable antialiased triangle filter, squashing to a square: ``Y = A(h, S) X A(w, S)^T`` for each channel, with

    A(n, S)[i, j] = max(0, 1 - |(j + 1/2) - (i + 1/2) n / S| / max(1, n / S)),  rows divided by their sums.

This is ``torch.nn.functional.interpolate(mode="bilinear", antialias=True)``; ONNX Runtime's own ``Resize`` with
``antialias=1`` differs from it by many levels, two matrix products do not. Values stay float32, 0 to 255, not rounded.

The middle of a picture is a second look at it, larger and not squashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.arrays import ByteArray, Float32Array

MIDDLE, SPREAD = np.float32(127.0), np.float32(128.0)  # of levels: networks are given (level - MIDDLE) / SPREAD
MIDDLE_SHARE = (9, 10)  # in whole numbers, so that a graph counts the same pixels

_BAND = 32
_AT_ONCE = 256  # rows of a large picture that become float32 together: the whole of a photo takes 300 MB a thread


@dataclass(frozen=True)
class _Band:
    """Rows ``first:last`` of A, and the only columns ``low:high`` in which they are not zero."""

    first: int
    last: int
    low: int
    high: int
    weights: Float32Array


def matrix(size_in: int, size_out: int) -> Float32Array:
    """Return A(size_in, size_out), float32 [size_out, size_in].

    >>> matrix(4, 2).astype(float).round(3).tolist()
    [[0.429, 0.429, 0.143, 0.0], [0.0, 0.143, 0.429, 0.429]]
    """
    return _weights(size_in, size_out, range(size_out), range(size_in))


def middle(picture: ByteArray) -> ByteArray:
    """Return the square in the middle of uint8 [h, w, 3], as wide as :data:`MIDDLE_SHARE` of its shorter side.

    >>> middle(np.zeros((100, 201, 3), np.uint8)).shape
    (90, 90, 3)
    """
    height, width = picture.shape[:2]
    side = max(1, min(height, width) * MIDDLE_SHARE[0] // MIDDLE_SHARE[1])
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


def resize(picture: ByteArray, size: int) -> Float32Array:
    """Squash uint8 [h, w, 3] to float32 [3, size, size]. Only the non-zero bands of A are multiplied."""
    height, width, channels = picture.shape
    rows = np.empty((size, width * channels), dtype=np.float32)
    for band in _bands(height, size):
        block = picture[band.low : band.high].reshape(band.high - band.low, -1).astype(np.float32)
        np.matmul(band.weights, block, out=rows[band.first : band.last])
    planes = np.ascontiguousarray(rows.reshape(size, width, channels).transpose(2, 0, 1)).reshape(-1, width)
    out = np.empty((channels * size, size), dtype=np.float32)
    for band in _bands(width, size):
        np.matmul(planes[:, band.low : band.high], band.weights.T, out=out[:, band.first : band.last])
    return out.reshape(channels, size, size)


@lru_cache(maxsize=64)
def _bands(size_in: int, size_out: int) -> tuple[_Band, ...]:
    scale = size_in / size_out
    reach = max(1.0, scale)
    step = size_out if scale <= 2.0 else max(1, min(_BAND, int(_AT_ONCE / scale)))
    found = []
    for first in range(0, size_out, step):
        last = min(first + step, size_out)
        low = max(0, int((first + 0.5) * scale - reach - 0.5))
        high = min(size_in, int((last - 0.5) * scale + reach + 0.5) + 1)
        found.append(_Band(first, last, low, high, _weights(size_in, size_out, range(first, last), range(low, high))))
    return tuple(found)


def _weights(size_in: int, size_out: int, rows: range, columns: range) -> Float32Array:
    scale = size_in / size_out
    centres = (np.asarray(rows, dtype=np.float64) + 0.5) * scale
    places = np.asarray(columns, dtype=np.float64) + 0.5
    weights = np.maximum(0.0, 1.0 - np.abs(places[None, :] - centres[:, None]) / max(1.0, scale))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)
