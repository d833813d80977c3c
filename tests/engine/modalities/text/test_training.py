"""A learner that leaves itself out does not disturb the run it is part of."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl

from engine.budget import Deadline
from engine.dataset import Dataset
from engine.run.folder import RunFolder, RunOptions
from engine.task import Column, ColumnType, Kind, Modality, Task
from engine.worker.bench import Bench

MEALS = Task(Modality.TEXT, Kind.MULTICLASS, ("bad", "good"), target="verdict", columns=(Column("x", ColumnType.TEXT),))


def test_a_run_on_a_language_the_network_does_not_know_goes_on_without_it(tmp_path: Path) -> None:
    rows = np.arange(40)
    frame = {
        "id": [str(row) for row in rows],
        "label": np.where(rows % 2, "good", "bad").tolist(),
        "split": ["train"] * 32 + ["test"] * 8,
        "fold": np.where(rows < 32, rows // 2 % 4, -2).astype(np.int32),
        "x:x": np.where(rows % 2, "味道很好, 送餐很快", "味道很差, 送餐很慢").tolist(),
    }
    options = RunOptions(budget_s=30.0, pressed_at=time.time(), device="cpu")
    bench = Bench(RunFolder.create(tmp_path / "run", MEALS, Dataset(pl.DataFrame(frame)), options))
    words = bench.advance("Words", Deadline(20.0))
    assert words.version == 1
    for _ in range(2):  # asked again, as after a restart
        sentences = bench.advance("Sentences", Deadline(20.0))
        assert sentences.done
        assert sentences.version is None
