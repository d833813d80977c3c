from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import soundfile
from PIL import Image

from engine.dataset import Dataset
from engine.modalities.extent import extent
from engine.task import Column, ColumnType, Kind, Modality, Task


def task(modality: Modality, *columns: Column) -> Task:
    return Task(modality, Kind.MULTICLASS, ("a", "b"), columns=columns)


def files(*paths: Path) -> Dataset:
    return Dataset(pl.DataFrame({"id": [path.name for path in paths], "reference": [str(path) for path in paths]}))


def test_pictures_have_their_longer_side_and_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    for number, size in enumerate([(10, 30), (50, 20), (8, 40)]):
        Image.new("RGB", size).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    paths = [tmp_path / name for name in ("0.png", "1.png", "2.png", "broken.png", "absent.png")]
    assert extent(files(*paths), task(Modality.IMAGE)) == 40
    assert extent(files(tmp_path / "broken.png"), task(Modality.IMAGE)) is None


def test_sounds_have_seconds(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(4000), 8000)
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    assert extent(files(tmp_path / "a.wav", tmp_path / "broken.wav"), task(Modality.AUDIO)) == 0.5


def test_texts_have_characters_in_files_and_in_columns(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("four", encoding="utf-8")
    assert extent(files(tmp_path / "a.txt"), task(Modality.TEXT)) == 4
    frame = pl.DataFrame({"id": ["0"], "x:title": ["abc"], "x:body": ["de"]})
    columns = (Column("title", ColumnType.TEXT), Column("body", ColumnType.TEXT), Column("absent", ColumnType.TEXT))
    assert extent(Dataset(frame), task(Modality.TEXT, *columns)) == 5


def test_a_text_is_as_long_in_every_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16", "cp1252"):
        (tmp_path / encoding).write_text("Ein schöner, langer Tag", encoding=encoding)
        assert extent(files(tmp_path / encoding), task(Modality.TEXT)) == 23
    (tmp_path / "Cyrillic").write_text("хороший день", encoding="utf-8")
    (tmp_path / "broken").write_bytes(bytes(range(32)) * 9)
    assert extent(files(tmp_path / "Cyrillic", tmp_path / "broken"), task(Modality.TEXT)) == 12


def test_tables_have_columns() -> None:
    frame = pl.DataFrame({"id": ["0"], "x:a": [1.0]})
    assert extent(Dataset(frame), task(Modality.TABLE, Column("a", ColumnType.NUMBER))) == 1


def test_without_a_dataset_only_that_of_a_table_is_known() -> None:
    assert extent(None, task(Modality.TABLE, Column("a", ColumnType.NUMBER))) == 1
    assert extent(None, task(Modality.IMAGE)) is None
