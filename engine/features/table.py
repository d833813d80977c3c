"""The features of a run's samples under one kind, filled bit by bit and kept on disk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import psutil

from engine.arrays import BoolArray, Float32Array, IntArray
from engine.features.cache import open_cache
from engine.features.overlap import overlapped
from engine.samples import Samples

_MOST = 0.6  # of the memory that is free


class Media(Samples, Protocol):
    """Samples whose features are worth keeping.

    ``content`` holds the hashes of what the samples are made of, None where unknown, and may change where a sample
    turns out to be something else once it is read; ``cache`` is the folder where features are kept, None for nowhere;
    ``known`` holds those computed for all samples, float32 [n, d], by kind.
    """

    @property
    def content(self) -> Sequence[str | None]:
        """Content hashes, in order."""
        ...

    @property
    def cache(self) -> Path | None:
        """Where features are kept."""
        ...

    @property
    def known(self) -> dict[str, Float32Array]:
        """Features of all samples, by the name of their kind."""
        ...


Stop = Callable[[], bool]


def never() -> bool:
    """Return that there is no need to stop."""
    return False


M_contra = TypeVar("M_contra", bound=Media, contravariant=True)


class Kind(Protocol[M_contra]):
    """Which features: how they are named and computed. ``name`` changes with the weights and with the arithmetic."""

    @property
    def name(self) -> str:
        """The name under which such features are kept."""
        ...

    @property
    def length(self) -> int:
        """How many numbers describe a sample."""
        ...

    def batch(self, device: str) -> int:
        """Return how many samples are best computed together."""
        ...

    def compute(self, samples: M_contra, rows: IntArray, device: str, stop: Stop = never) -> Float32Array:
        """Return features [m, length] of the first m of ``rows``, NaN rows where a sample cannot be read.

        They are those of all rows, or where ``stop`` says so of some, at least one. Called in threads.
        """
        ...


M = TypeVar("M", bound=Media)


class FeatureTable:
    """The features [n, length] of all samples under one kind.

    ``features`` has NaN rows where nothing is known yet (``done`` False) or a sample cannot be read (``done`` True).
    Those of all samples are shared with whoever else asks for them, and not written to any more.

    Raises:
        MemoryError: they are not there yet, and would take most of the memory that is free.
    """

    def __init__(self, samples: M, kind: Kind[M], device: str, threads: int) -> None:
        self.kind_name, self.threads = kind.name, threads
        self._content, self._known = samples.content, samples.known
        self.batch = kind.batch(device)
        self._compute: Callable[[IntArray, Stop], Float32Array] = lambda rows, stop: kind.compute(
            samples, rows, device, stop
        )
        self._cache = None if samples.cache is None else open_cache(samples.cache, kind.name, kind.length)
        self.features, self.done = self._begun(len(samples), kind.length)

    def _begun(self, samples: int, length: int) -> tuple[Float32Array, BoolArray]:
        """Return what is known already, and of which samples it is."""
        if self.kind_name in self._known:
            return self._known[self.kind_name], np.ones(samples, dtype=np.bool_)
        _check_room(samples, length)
        if self._cache is not None:
            return self._cache.get(self._content)
        return np.full((samples, length), np.nan, dtype=np.float32), np.zeros(samples, dtype=np.bool_)

    def advance(self, rows: IntArray, stop: Stop = never) -> bool:
        """Compute what is missing of ``rows``, in their order, until ``stop``; return whether none is missing."""
        fill([self], lambda batch: [self._compute(batch, stop)], rows, stop)
        return bool(self.done[rows].all())

    def take(self, rows: IntArray, features: Float32Array) -> None:
        """Take in the features [len(rows), length] of these rows, and keep them on disk."""
        self.features[rows] = features
        self.done[rows] = True
        readable = np.isfinite(features[:, 0])
        if self._cache is not None and readable.any():
            self._cache.add([self._content[row] for row in rows[readable]], features[readable])
        if self.done.all():
            self._known[self.kind_name] = self.features


def fill(
    tables: Sequence[FeatureTable],
    compute: Callable[[IntArray], Sequence[Float32Array]],
    rows: IntArray,
    stop: Stop = never,
) -> None:
    """Take into all of the tables what is missing of ``rows`` in any of them, in their order, until ``stop``.

    ``compute`` gives the features [m, length] of the first m rows of a batch for each of the tables, in threads.
    """
    missing = rows[~np.all([table.done[rows] for table in tables], axis=0)]
    if not len(missing):
        return
    _settle_threads()
    batches = np.split(missing, range(tables[0].batch, len(missing), tables[0].batch))
    for batch, found in overlapped(compute, batches, tables[0].threads, stop, _one_thread):
        for table, features in zip(tables, found, strict=True):
            table.take(batch[: len(features)], features)


def _check_room(samples: int, length: int) -> None:
    """Ask first: a system that runs out of memory ends some process, not always the one that took it."""
    if 4 * samples * length > _MOST * psutil.virtual_memory().available:
        raise MemoryError(f"Features of {samples} samples, {length} numbers each, do not fit into what is free.")


def write_tables(path: Path, tables: Sequence[FeatureTable], rows: IntArray) -> None:
    """Write what the tables of ``rows``, rising, of all samples know, for features that no cache keeps."""
    from safetensors.numpy import save_file

    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for table in tables:
        arrays[f"{table.kind_name}:rows"] = rows[table.done]
        arrays[f"{table.kind_name}:features"] = table.features[table.done]
    save_file(arrays, path)


def read_tables(path: Path, tables: Sequence[FeatureTable], rows: IntArray) -> None:
    """Take up in tables of ``rows``, rising, what :func:`write_tables` wrote of tables of the same kinds."""
    from safetensors.numpy import load_file

    arrays = load_file(path)
    for table in tables:
        if f"{table.kind_name}:rows" in arrays and not table.done.all():
            written = arrays[f"{table.kind_name}:rows"]
            wanted = np.isin(written, rows)  # there are fewer rows where memory ran short meanwhile
            places = np.searchsorted(rows, written[wanted])
            table.features[places], table.done[places] = arrays[f"{table.kind_name}:features"][wanted], True


def mean_features(tables: Sequence[FeatureTable], rows: IntArray) -> Float32Array:
    """Return the mean over tables of the features [len(rows), length] of rows that are done in all of them."""
    total = tables[0].features[rows]
    for table in tables[1:]:
        total += table.features[rows]
    return total / np.float32(len(tables))


def _settle_threads() -> None:
    """Fix this thread's number of torch's threads, which it would else take over from those that compute alone."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.get_num_threads()


def _one_thread() -> None:
    """Let each of our threads compute alone: two samples side by side cost less than one split in two."""
    torch = sys.modules.get("torch")  # features that need no network do not wait for it
    if torch is not None:
        torch.set_num_threads(1)
