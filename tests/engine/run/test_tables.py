"""Predictions beside their labels leave out what was never checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from engine.dataset import Dataset
from engine.results.verdicts import read_verdicts
from engine.run.tables import write_table
from engine.task import Kind, Modality, Task

LISTS = pl.List(pl.String)


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


def test_several_classes_stand_joined_in_one_order(tmp_path: Path) -> None:
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("sea", "sky"))
    data = Dataset(pl.DataFrame({"id": ["0", "1"], "label": [["sky", "sea"], []]}, schema_overrides={"label": LISTS}))
    write_table(tmp_path / "v.parquet", task, data, np.array([[0.9, 0.8], [0.1, 0.75]]))
    assert pl.read_parquet(tmp_path / "v.parquet").to_dicts() == [
        {"id": "0", "label": "sea;sky", "prediction": "sea;sky", "p:sea": 0.9, "p:sky": 0.8},
        {"id": "1", "label": "", "prediction": "sky", "p:sea": 0.1, "p:sky": 0.75},
    ]


def test_several_classes_can_be_told_apart_again_whatever_they_are_called(tmp_path: Path) -> None:
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("bird; small", "sea"))
    labels = [["sea", "bird; small"], ["sea"], ["bird; small"], []]
    data = Dataset(pl.DataFrame({"id": [*"0123"], "label": labels}, schema_overrides={"label": LISTS}))
    said = np.array([[0.9, 0.2], [0.1, 0.8], [0.7, 0.6], [0.1, 0.2]])
    write_table(tmp_path / "validation.parquet", task, data, said)
    table = pl.read_parquet(tmp_path / "validation.parquet")
    assert table["label"].to_list() == ["bird, small;sea", "sea", "bird, small", ""]
    assert table["prediction"].to_list() == ["bird, small", "sea", "bird, small;sea", ""]
    verdicts = read_verdicts(tmp_path, task)
    assert verdicts is not None
    truth, named = verdicts.sets
    assert truth.tolist() == [[True, True], [False, True], [True, False], [False, False]]
    assert named.tolist() == [[True, False], [False, True], [True, True], [False, False]]
