"""What the trials of every modality share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import IntArray
from engine.dataset import Dataset, Split
from engine.samples import Samples

BATCH_SIZES = (1, 2, 17)


@dataclass(frozen=True)
class Trial:
    """Samples that the model is asked about together, a name for each, and whether they are the run's own."""

    names: tuple[str, ...]
    samples: Samples
    real: bool


def in_batches(names: Sequence[str], samples: Samples, real: bool) -> Iterator[Trial]:
    """Yield trials of 1, 2, 17 and all other samples."""
    first = 0
    for size in (*BATCH_SIZES, len(samples)):
        rows = np.arange(first, min(first + size, len(samples)))
        if rows.size:
            yield Trial(tuple(names[first : first + size]), samples.take(rows), real)
        first += size


def held_out_first(dataset: Dataset, rng: np.random.Generator) -> IntArray:
    """Return all rows: those of the test part, then those validated on, then the others, each in random order."""
    columns = dataset.frame.columns
    rank = np.full(len(dataset), 2)
    if "fold" in columns:
        rank[dataset.folds >= 0] = 1
    if "split" in columns:
        rank[(dataset.frame["split"] == Split.TEST.value).to_numpy()] = 0
    return np.lexsort((rng.random(len(dataset)), rank))
