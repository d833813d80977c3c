"""Files that a model cannot read are found by its own answers, named, and left without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import engine.modalities
from engine.arrays import FloatArray
from engine.dataset import Dataset
from engine.task import Column, ColumnType, Kind, Modality, Task
from studio.cli.models import Trained
from studio.cli.unread import told, unread_files
from tests.studio.cli.conftest import PHOTOS, torn_picture, whole_picture

USUAL, SEEN = (0.25, 0.75), (0.9, 0.1)


def files(*paths: Path) -> Dataset:
    names = [path.name for path in paths]
    return Dataset(pl.DataFrame({"id": names, "reference": [str(path) for path in paths], "content": names}))


def knows(*names: str) -> Trained:
    """Return a model that sees the pictures of these names; of all others it says what is usual."""

    def predict(dataset: Dataset) -> FloatArray:
        return np.array([SEEN if Path(reference).name in names else USUAL for reference in dataset.references])

    return Trained(PHOTOS, predict)


def test_what_is_answered_like_a_file_that_is_not_there_is_opened_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, plain, torn = whole_picture(tmp_path / "a.jpg"), whole_picture(tmp_path / "b.jpg"), tmp_path / "c.jpg"
    dataset = files(whole, plain, torn_picture(torn))
    model, opened, ask = knows("a.jpg"), list[str](), engine.modalities.ask_samples

    def noted(items: list[str], task: Task) -> object:
        opened.extend(items)
        return ask(items, task)

    monkeypatch.setattr(engine.modalities, "ask_samples", noted)
    found = unread_files(model, dataset, model.predict(dataset))
    assert list(found) == ["c.jpg"]
    assert found["c.jpg"].startswith("c.jpg is damaged and cannot be read")
    assert opened == [str(plain), str(torn)]


def test_rows_of_a_table_are_no_files() -> None:
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"), target="y", columns=(Column("x", ColumnType.NUMBER),))

    def never(dataset: Dataset) -> FloatArray:
        raise AssertionError

    assert unread_files(Trained(task, never), Dataset(pl.DataFrame({"id": ["0"]})), np.array([USUAL])) == {}


def test_files_that_could_not_be_read_are_named_with_what_to_do(tmp_path: Path) -> None:
    dataset = files(*(tmp_path / f"{name}.jpg" for name in "abcdef"))
    assert told({"b.jpg": "It is empty."}, dataset, PHOTOS, "nothing is predicted for {them}") == (
        "1 photo of 6 could not be read, so nothing is predicted for it: b.jpg. Replace or convert it, and try again. "
        "The first: It is empty."
    )
    listed = Dataset(dataset.frame.with_columns(id=pl.Series([str(row) for row in range(6)])))
    said = told({str(row): f"{row} is torn." for row in range(1, 6)}, listed, PHOTOS, "nothing is said of {them}")
    assert said.startswith(
        "5 photos of 6 could not be read, so nothing is said of them: b.jpg, c.jpg, d.jpg and 2 more."
    )
    assert said.endswith(" The first: 1 is torn.")
