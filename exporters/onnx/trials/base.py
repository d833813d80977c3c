"""What the trials of every modality share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from engine.arrays import IntArray
from engine.dataset import Dataset, Split
from engine.samples import Samples

BATCH_SIZES = (1, 2, 17)
Media = TypeVar("Media")


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


def readable(
    dataset: Dataset, rng: np.random.Generator, read: Callable[[int], Media | None], most: int
) -> Iterator[tuple[str, Media]]:
    """Yield at most so many files of a run that ``read`` can open, by id, one at a time, those held out first."""
    ids = dataset.ids
    opened = ((ids[row], media) for row in held_out_first(dataset, rng) if (media := read(int(row))) is not None)
    yield from islice(opened, most)


def named_rows(dataset: Dataset, rng: np.random.Generator, noun: str, most: int) -> tuple[IntArray, list[str]]:
    """Return at most so many rows of a run, those held out first, and a name for each."""
    rows, ids = held_out_first(dataset, rng)[:most], dataset.ids
    return rows, [f"{noun} {ids[row]}" for row in rows]
