"""What an exported model is tried on before it is handed over: calls of real samples and of awkward ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl

from engine.arrays import ByteArray, IntArray
from engine.dataset import Dataset, Split
from engine.modalities import open_samples
from engine.modalities.image.samples import ImageSamples
from engine.modalities.table.samples import TableSamples
from engine.samples import Samples
from engine.task import Modality, Task
from exporters.onnx.inputs import WORDS

BATCH_SIZES = (1, 2, 17)
REAL_PICTURES = 100
REAL_ROWS = 1000
_CUT = 96
_AWKWARD_SIZES = ((1, 1), (1, 37), (41, 1), (2, 3), (97, 61), (223, 225), (640, 480), (3000, 2000))
_GREYS = (0, 128, 255)
_MADE_UP_ROWS = 200
_AWKWARD_ROWS = 100
_HUGE = (1e300, -1e300, 1e18, -1e18, 1e-300, 0.0, -0.0, float("inf"), float("-inf"), float("nan"))
_AWKWARD_TEXTS = ("", " ", "never seen before", "😀\u200d\n", "0", "NaN", "x" * 5000, None)


@dataclass(frozen=True)
class Trial:
    """One call: samples that the graph takes together, a name for each, and whether they are the run's own."""

    names: tuple[str, ...]
    samples: Samples
    real: bool


def make_trials(task: Task, dataset: Dataset | None) -> Iterator[Trial]:
    """Yield calls for ``task``: real ones from ``dataset``, samples the model never learned from first, then others."""
    rng = np.random.default_rng(0)
    trials = _image_trials if task.modality is Modality.IMAGE else _table_trials
    yield from trials(task, dataset, rng)


def _held_out_first(dataset: Dataset, rng: np.random.Generator) -> IntArray:
    """Return all rows: those of the test part, then those validated on, then the others, each in random order."""
    columns = dataset.frame.columns
    rank = np.full(len(dataset), 2)
    if "fold" in columns:
        rank[dataset.folds >= 0] = 1
    if "split" in columns:
        rank[(dataset.frame["split"] == Split.TEST.value).to_numpy()] = 0
    return np.lexsort((rng.random(len(dataset)), rank))


def _image_trials(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Trial]:
    pieces: list[tuple[str, ByteArray]] = []
    for name, picture in _real_pictures(task, dataset, rng):
        pieces.append((name, picture[:_CUT, :_CUT].copy()))
        yield _pictures([name], [picture], real=True)
    yield from _batches(pieces, rng)
    for height, width in _AWKWARD_SIZES:
        yield _pictures([f"noise of {height} × {width}"], [_noise(rng, height, width)], real=False)
    for level in _GREYS:
        yield _pictures([f"grey of level {level}"], [np.full((50, 70, 3), level, dtype=np.uint8)], real=False)


def _real_pictures(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[tuple[str, ByteArray]]:
    """Yield the run's pictures that can still be opened, one at a time, by id."""
    if dataset is None:
        return
    samples = open_samples(dataset, task)
    assert isinstance(samples, ImageSamples)
    readable = (
        (dataset.ids[row], picture)
        for row in _held_out_first(dataset, rng)
        if (picture := samples.picture_or_none(int(row))) is not None
    )
    yield from islice(readable, REAL_PICTURES)


def _batches(pieces: Sequence[tuple[str, ByteArray]], rng: np.random.Generator) -> Iterator[Trial]:
    """Yield calls of several pictures, real ones cut to one size where there are any."""
    pieces = pieces or [("noise in a batch", _noise(rng, _CUT, _CUT))]
    for size in BATCH_SIZES:
        chosen = [pieces[row % len(pieces)] for row in range(size)]
        height, width = (min(piece.shape[axis] for _, piece in chosen) for axis in (0, 1))
        names = [f"{name}, cut to {height} × {width}" for name, _ in chosen]
        yield _pictures(names, [piece[:height, :width] for _, piece in chosen], real=False)


def _noise(rng: np.random.Generator, height: int, width: int) -> ByteArray:
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def _pictures(names: Sequence[str], pictures: Sequence[ByteArray], real: bool) -> Trial:
    return Trial(tuple(names), ImageSamples.from_arrays(pictures), real)


def _table_trials(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Trial]:
    if dataset is None or not len(dataset):
        samples, names = _made_up_rows(task, rng), [f"made-up row {row}" for row in range(_MADE_UP_ROWS)]
    else:
        opened, rows = open_samples(dataset, task), _held_out_first(dataset, rng)[:REAL_ROWS]
        assert isinstance(opened, TableSamples)
        samples, names = opened.take(rows), [f"row {dataset.ids[row]}" for row in rows]
    first = 0
    for size in (*BATCH_SIZES, len(samples)):
        rows = np.arange(first, min(first + size, len(samples)))
        if rows.size:
            yield Trial(tuple(names[row] for row in rows), samples.take(rows), real=dataset is not None)
        first += size
    yield _awkward_rows(task, samples, rng)


def _made_up_rows(task: Task, rng: np.random.Generator) -> TableSamples:
    texts: list[str | None] = ["a", "b", *_AWKWARD_TEXTS]
    return TableSamples(
        pl.DataFrame(
            {
                column.name: _texts([texts[i] for i in rng.integers(0, len(texts), _MADE_UP_ROWS)])
                if column.type in WORDS
                else pl.Series(rng.normal(size=_MADE_UP_ROWS))
                for column in task.columns
            }
        )
    )


def _awkward_rows(task: Task, samples: TableSamples, rng: np.random.Generator) -> Trial:
    """Return rows with values no table has; the first is missing throughout, the second awkward throughout."""
    rows = rng.integers(0, len(samples), _AWKWARD_ROWS)
    frame = samples.take(rows).frame
    columns = {}
    for column in task.columns:
        strange = rng.random(_AWKWARD_ROWS) < 0.5
        strange[1] = True
        is_text = column.type in WORDS
        pool: Sequence[str | float | None] = _AWKWARD_TEXTS if is_text else _HUGE
        values: list[str | float | None] = frame[column.name].to_list()
        values = [pool[int(rng.integers(len(pool)))] if odd else own for own, odd in zip(values, strange, strict=True)]
        values[0] = None
        columns[column.name] = pl.Series(values, dtype=pl.String if is_text else pl.Float64)
    names = tuple(f"row with awkward values {row}" for row in range(_AWKWARD_ROWS))
    return Trial(names, TableSamples(pl.DataFrame(columns)), real=False)


def _texts(values: Sequence[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)
