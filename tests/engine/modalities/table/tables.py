"""Small tables with numbers, categories and gaps, for the table tests."""

from __future__ import annotations

import numpy as np
import polars as pl

from engine.arrays import FloatArray, IntArray
from engine.learners.base import Job
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType, Kind, Modality, Task

COLUMNS = (
    Column("weight", ColumnType.NUMBER),
    Column("bought", ColumnType.DATE),
    Column("colour", ColumnType.CATEGORY),
    Column("shop", ColumnType.CATEGORY),
)
COLOURS = ("red", "green", "blue")


def a_task(classes: int = 2, columns: tuple[Column, ...] = COLUMNS) -> Task:
    """Sort into ``classes`` classes, or with 0 find a number."""
    if classes:
        return Task(Modality.TABLE, Kind.MULTICLASS, tuple("abcdefgh"[:classes]), target="y", columns=columns)
    return Task(Modality.TABLE, Kind.REGRESSION, target="y", columns=columns)


def rows(size: int, seed: int = 0) -> TableSamples:
    """Rows with about a tenth of each column missing, a rare shop now and then, and timestamps."""
    rng = np.random.default_rng(seed)
    weight = rng.normal(70.0, 10.0, size)
    weight[rng.random(size) < 0.1] = np.nan
    bought = 1.7e9 + rng.integers(0, 10_000, size).astype(np.float64)
    shops = np.where(rng.random(size) < 0.9, rng.integers(0, 5, size), rng.integers(5, 10_000, size))
    colour = rng.integers(0, 4, size)
    frame = pl.DataFrame(
        {
            "weight": pl.Series(weight).fill_nan(None),
            "bought": bought,
            "colour": [COLOURS[c] if c < 3 else None for c in colour],
            "shop": [f"shop {s}" for s in shops],
        }
    )
    return TableSamples(frame)


def answers(samples: TableSamples, classes: int, seed: int = 0) -> FloatArray:
    """Labels that weight and colour mostly decide."""
    rng = np.random.default_rng(seed)
    weight = samples.frame["weight"].fill_null(60.0).to_numpy()
    red = (samples.frame["colour"] == "red").fill_null(False).to_numpy()
    signal = (weight - 70.0) / 10.0 + 1.5 * red + rng.normal(0.0, 0.5, len(samples))
    if not classes:
        return np.exp(10.0 + 0.5 * signal)
    edges = np.quantile(signal, np.linspace(0.0, 1.0, classes + 1)[1:-1])
    return np.searchsorted(edges, signal).astype(np.float64)


def deal(size: int, folds: int = 3) -> IntArray:
    """Deal rows to folds in turn."""
    return np.arange(size) % folds


def a_job(classes: int = 2, size: int = 240, folds: int = 3) -> Job:
    """Rows, labels and folds of a task with ``classes`` classes (0: numbers)."""
    samples = rows(size)
    return Job(a_task(classes), samples, answers(samples, classes), deal(size, folds))


def a_job_of_many_classes(classes: int = 3, size: int = 240, folds: int = 3) -> Job:
    """Rows with any number of classes each: a class where the price is above its own bound."""
    samples = rows(size)
    prices = answers(samples, 0)
    bounds = np.quantile(prices, np.linspace(0.2, 0.8, classes))
    task = Task(Modality.TABLE, Kind.MULTILABEL, tuple("abcdefgh"[:classes]), target="y", columns=COLUMNS)
    return Job(task, samples, (prices[:, None] > bounds).astype(np.float64), deal(size, folds))


def a_job_of_many_values(values: int = 300, times: int = 10, folds: int = 3) -> Job:
    """Rows whose answer is mostly an effect of chance that each of many values has, too few rows each to be parted."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(values), times)
    labels = rng.random(len(codes)) < 1.0 / (1.0 + np.exp(-2.0 * rng.normal(size=values)[codes]))
    order = rng.permutation(len(codes))
    columns = (Column("place", ColumnType.CATEGORY), Column("size", ColumnType.NUMBER))
    frame = pl.DataFrame({"place": [f"place {code}" for code in codes], "size": rng.normal(size=len(codes))})
    return Job(
        a_task(2, columns), TableSamples(frame[order]), labels[order].astype(np.float64), deal(len(codes), folds)
    )


def a_wide_job(columns: int = 600, size: int = 60, folds: int = 3) -> Job:
    """Few rows of very many columns that say nothing: categories, numbers and dates in turn."""
    rng = np.random.default_rng(0)
    types = (ColumnType.CATEGORY, ColumnType.NUMBER, ColumnType.DATE)
    named = tuple(Column(f"column {place}", types[place % 3]) for place in range(columns))
    drawn = {column: rng.integers(0, 9, size) for column in named}
    frame = pl.DataFrame(
        {
            column.name: [f"value {number}" for number in numbers]
            if column.type is ColumnType.CATEGORY
            else numbers.astype(np.float64)
            for column, numbers in drawn.items()
        }
    )
    return Job(a_task(2, named), TableSamples(frame), (np.arange(size) % 2).astype(np.float64), deal(size, folds))


def a_job_with_words(classes: int = 2, size: int = 120, folds: int = 3) -> Job:
    """Rows whose answer lies in a sentence, beside a day that says nothing."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, max(2, classes), size)
    words = np.array(["lovely", "awful", "plain", "strange"])
    columns = (Column("remark", ColumnType.TEXT), Column("day", ColumnType.DATE))
    frame = pl.DataFrame(
        {
            "remark": [f"a {words[label]} visit, {number} of us" for number, label in enumerate(labels)],
            "day": 19_000.0 + rng.integers(0, 900, size),
        }
    )
    return Job(a_task(classes, columns), TableSamples(frame), labels.astype(np.float64), deal(size, folds))
