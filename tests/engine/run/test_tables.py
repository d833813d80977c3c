"""Predictions beside their labels leave out what was never checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from engine.dataset import Dataset
from engine.run.tables import write_table
from engine.task import Kind, Modality, Task


def test_rows_without_a_prediction_are_left_out(tmp_path: Path) -> None:
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b"))
    data = Dataset(pl.DataFrame({"id": ["0", "1"], "label": ["a", "b"]}))
    write_table(tmp_path / "v.parquet", task, data, np.array([[np.nan, np.nan], [0.2, 0.8]]))
    assert pl.read_parquet(tmp_path / "v.parquet").to_dicts() == [
        {"id": "1", "label": "b", "prediction": "b", "p:a": 0.2, "p:b": 0.8}
    ]


def test_numbers_stand_beside_numbers(tmp_path: Path) -> None:
    data = Dataset(pl.DataFrame({"id": ["0"], "label": [1.5]}))
    write_table(tmp_path / "v.parquet", Task(Modality.TABLE, Kind.REGRESSION), data, np.array([[2.0]]))
    assert pl.read_parquet(tmp_path / "v.parquet").to_dicts() == [{"id": "0", "label": 1.5, "prediction": 2.0}]
