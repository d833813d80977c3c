from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine.errors import ModelError
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.errors import NotOurs
from studio.cli.errors import UsageError
from studio.cli.models import load, model_folder, samples_of
from tests.studio.cli.conftest import TASK


def test_a_model_folder_is_opened(constant_model: Path) -> None:
    assert load(constant_model).task == TASK


def test_a_run_folder_stands_for_its_model(tmp_path: Path, constant_model: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    assert model_folder(tmp_path) == constant_model
    assert load(tmp_path).task == TASK


def test_the_small_model_of_a_run_is_opened_when_asked_for(tmp_path: Path, constant_model: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(UsageError, match="is no run folder"):
        load(constant_model, small=True)
    (run / "plan.json").write_text("{}")
    with pytest.raises(UsageError, match="has no small model"):
        load(run, small=True)
    constant_model.rename(run / "small")
    assert load(run, small=True).task == TASK


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model"):
        load(tmp_path)


def test_a_file_that_is_no_onnx_is_said(tmp_path: Path) -> None:
    junk = tmp_path / "junk.onnx"
    junk.write_bytes(b"not a model")
    with pytest.raises(NotOurs, match="not an ONNX file"):
        load(junk)


def test_nothing_there_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no run or model"):
        load(tmp_path / "nowhere")


def test_the_texts_that_a_run_learned_from_are_found_where_they_are_there(tmp_path: Path) -> None:
    words = (Column("words", ColumnType.TEXT),)
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("bad", "good"), target="kind", columns=words)
    frame = pl.DataFrame({"id": ["0", "1"], "x:words": ["so good", "so bad"], "split": ["train", "test"]})
    frame.write_parquet(tmp_path / "dataset.parquet")
    assert samples_of(tmp_path, task) is None  # a model folder alone, whatever lies in it
    (tmp_path / "plan.json").write_text("{}")
    found = samples_of(tmp_path, task)
    assert found is not None and found.ids == ["0"]
    assert samples_of(tmp_path, TASK) is None
    (tmp_path / "dataset.parquet").write_bytes(b"torn")
    assert samples_of(tmp_path, task) is None
    (tmp_path / "dataset.parquet").unlink()
    assert samples_of(tmp_path, task) is None
