"""A small real table and a run on it, for the engine's tests."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl

from engine.dataset import Dataset
from engine.events import Event
from engine.run.folder import RunFolder, RunOptions
from engine.run.tail import EventTail
from engine.split import assign_folds, assign_test
from engine.task import Column, ColumnType, Kind, Modality, Task
from engine.worker.handle import WorkerHandle

FLOWERS = Task(
    Modality.TABLE,
    Kind.MULTICLASS,
    ("iris", "rose"),
    target="flower",
    columns=(Column("length", ColumnType.NUMBER), Column("colour", ColumnType.CATEGORY)),
)


def flowers(size: int = 240, test_fraction: float = 0.2) -> Dataset:
    """Two kinds of flower that overlap a little; one measure is missing now and then."""
    rng = np.random.default_rng(7)
    rose = rng.random(size) < 0.5
    length = rng.normal(np.where(rose, 5.0, 3.5), 1.0)
    length[rng.random(size) < 0.05] = np.nan
    colour = np.where(rng.random(size) < np.where(rose, 0.8, 0.3), "red", "blue")
    labels = np.where(rose, "rose", "iris").tolist()
    groups = np.arange(size)
    test = assign_test(labels, groups, test_fraction, seed=0)
    folds = np.full(size, -2)
    folds[~test] = assign_folds([name for name, held in zip(labels, test, strict=True) if not held], groups[~test], 0)
    return Dataset(
        pl.DataFrame(
            {
                "id": [str(row) for row in range(size)],
                "label": labels,
                "split": np.where(test, "test", "train"),
                "fold": folds.astype(np.int32),
                "x:length": pl.Series(length).fill_nan(None),
                "x:colour": colour,
            }
        )
    )


def flower_run(folder: Path, budget_s: float = 20.0, size: int = 240, predict: bool = False) -> RunFolder:
    """Make a run folder on the flowers."""
    data = flowers(size)
    asked = Dataset(data.frame.drop("label", "split", "fold").head(30)) if predict else None
    return RunFolder.create(folder, FLOWERS, data, RunOptions(budget_s), asked)


def wait_for(handle: WorkerHandle, tail: EventTail, kind: str, timeout: float = 60.0) -> list[Event]:
    """Return all events up to the first of a kind; fail when the worker ends or takes too long before."""
    seen: list[Event] = []
    ends = time.monotonic() + timeout
    while time.monotonic() < ends:
        alive = handle.alive()
        seen += tail.poll()
        if any(event.type == kind for event in seen):
            return seen
        if not alive:
            break
        time.sleep(0.02)
    raise AssertionError(f"no {kind} among {[event.type for event in seen]}")
