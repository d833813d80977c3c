"""The inputs of tables are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from labeling.errors import ProjectError
from labeling.project.inputs import has_inputs, put_inputs, written_inputs
from tests.labeling.project.conftest import photos, prices


def test_only_rows_of_a_table_have_inputs() -> None:
    assert has_inputs(prices(3).frame)
    assert not has_inputs(prices(0).frame)
    assert not has_inputs(photos(["a"]).frame)


def test_inputs_stay_once_they_are_put_in_place(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    with written_inputs(prices(3).frame, folder) as path:
        assert pl.read_parquet(path).columns == ["x:rooms", "x:town"]
        put_inputs(path, folder / "1.parquet")
    assert [left.name for left in folder.iterdir()] == ["1.parquet"]


def test_what_is_not_put_in_place_is_removed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="another reason"), written_inputs(prices(3).frame, tmp_path):
        raise ValueError("another reason")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tables").touch()
    words = "could not be written to .*tables .* so nothing was changed"
    with pytest.raises(ProjectError, match=words), written_inputs(prices(3).frame, tmp_path / "tables"):
        pass
    (tmp_path / "tables").unlink()
    with written_inputs(prices(3).frame, tmp_path / "tables") as path, pytest.raises(ProjectError, match=words):
        put_inputs(path, tmp_path / "nowhere" / "tables" / "1.parquet")
