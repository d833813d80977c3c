"""What a picture looks like from afar: colours and edges of a 32 pixel thumbnail. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np

from engine.arrays import ByteArray, Float32Array
from engine.features.overlap import overlapped
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples

SIZE = 32
POOL = 4
LENGTH = 7 * (SIZE // POOL) ** 2
EDGE_ROOT = 1e-4
DRAFTED = 8 * SIZE  # as large as a photo is unpacked at least: features differ by 0.2% from those of all of it


def thumbnail_features(picture: ByteArray) -> Float32Array:
    """Return float32 [448] for a picture uint8 [h, w, 3].

    All in float32, ``P`` being the mean over 4 x 4 blocks of a [c, 32, 32] array, flattened as [c, 8, 8]::

        X = resize(picture, 32) / 255                                    [3, 32, 32]
        g = mean of X over channels                                      [32, 32]
        dx = g[:-1, 1:] - g[:-1, :-1]    dy = g[1:, :-1] - g[:-1, :-1]   [31, 31], zeros below and right: [32, 32]
        features = concat(P(X) [192],  sqrt(P(max(0, [dx, -dx, dy, -dy])) + 0.0001) [256])
    """
    colours = resize(picture, SIZE) / np.float32(255.0)
    grey = colours.mean(axis=0)
    edges = np.zeros((4, SIZE, SIZE), dtype=np.float32)
    across, down = grey[:-1, 1:] - grey[:-1, :-1], grey[1:, :-1] - grey[:-1, :-1]
    for plane, values in zip(edges, (across, -across, down, -down), strict=True):
        np.maximum(values, 0.0, out=plane[:-1, :-1])
    return np.concatenate([_pool(colours), np.sqrt(_pool(edges) + np.float32(EDGE_ROOT))])


def thumbnails(
    samples: ImageSamples, rows: Sequence[int], threads: int, stop: Callable[[], bool] = lambda: False, least: int = 0
) -> Generator[tuple[int, Float32Array | None], None, None]:
    """Yield ``(row, features)`` in the order of ``rows``, None for features where a picture cannot be read.

    See :func:`engine.features.overlap.overlapped` for ``stop``, and for ``least``
    :func:`engine.modalities.image.decode.decode`.
    """

    def features(row: int) -> Float32Array | None:
        picture = samples.picture_or_none(row, least)
        return None if picture is None else thumbnail_features(picture)

    return overlapped(features, rows, threads, stop)


def _pool(planes: Float32Array) -> Float32Array:
    blocks = planes.reshape(len(planes), SIZE // POOL, POOL, SIZE // POOL, POOL)
    pooled: Float32Array = blocks.mean(axis=(2, 4)).reshape(-1)
    return pooled
