"""The frozen table of samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset, Split
from engine.errors import DataError
from engine.task import Column, ColumnType, Kind, Modality, Task
from tests.engine.flowers import FLOWERS, flowers


def test_parts_keep_their_order_and_share_nothing() -> None:
    data = flowers()
    train, test = data.part(Split.TRAIN), data.part(Split.TEST)
    assert set(train.ids).isdisjoint(test.ids)
    assert sorted([*train.ids, *test.ids], key=int) == data.ids
    assert (train.folds >= 0).all()
    assert (test.folds == -2).all()


def test_labels_are_class_indices_or_numbers() -> None:
    data = Dataset(pl.DataFrame({"id": ["0", "1"], "label": ["rose", "iris"]}))
    assert data.labels(FLOWERS).tolist() == [1.0, 0.0]
    numbers = Dataset(pl.DataFrame({"id": ["0"], "label": [2.5]}))
    assert numbers.labels(Task(Modality.TABLE, Kind.REGRESSION)).tolist() == [2.5]


def test_a_label_outside_the_task_is_named() -> None:
    with pytest.raises(DataError, match="'tulip' is not one of the task's classes"):
        Dataset(pl.DataFrame({"id": ["0"], "label": ["tulip"]})).labels(FLOWERS)


def test_inputs_come_in_the_tasks_order_and_absent_ones_as_missing() -> None:
    columns = (Column("colour", ColumnType.CATEGORY), Column("weight", ColumnType.NUMBER), *FLOWERS.columns[:1])
    inputs = flowers().inputs(columns)
    assert inputs.columns == ["colour", "weight", "length"]
    assert inputs.dtypes == [pl.String, pl.Float64, pl.Float64]
    assert inputs["weight"].null_count() == len(inputs)


def test_rows_are_counted_even_where_no_input_column_is_there() -> None:
    inputs = Dataset(pl.DataFrame({"id": ["0", "1"]})).inputs(FLOWERS.columns)
    assert inputs.shape == (2, len(FLOWERS.columns))


def test_it_is_written_whole_and_read_back(tmp_path: Path) -> None:
    flowers().write(tmp_path / "d.parquet")
    assert Dataset.read(tmp_path / "d.parquet").frame.equals(flowers().frame)
    assert [path.name for path in tmp_path.iterdir()] == ["d.parquet"]


def test_no_dataset_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        Dataset.read(tmp_path / "absent.parquet")
    pl.DataFrame({"x": [1]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(DataError, match="is not a dataset"):
        Dataset.read(tmp_path / "other.parquet")


def test_folds_are_whole_numbers() -> None:
    assert flowers().folds.dtype == np.int64
