"""What a model is asked about: samples, not tensors. No torch here.

``ImageSamples`` hands out decoded pictures, ``TableSamples`` columns. A modality adds its class beside its decoder and
registers it in :mod:`engine.modalities`.
"""

from __future__ import annotations

from typing import Protocol, Self

from engine.arrays import IntArray


class Samples(Protocol):
    """An ordered set of samples of one modality."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def take(self, rows: IntArray) -> Self:
        """Return the samples at ``rows``, in that order."""
        ...
