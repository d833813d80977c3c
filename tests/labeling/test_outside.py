"""Samples from outside for a model that exists; nothing that only learning needs is asked of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.task import Column, ColumnType, Kind, Modality, Task
from labeling.errors import ImportRefused
from labeling.importing import inputs, labelled

COLUMNS = (Column("size", ColumnType.NUMBER), Column("colour", ColumnType.CATEGORY))
ROWS = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"), target="answer", columns=COLUMNS)
PHOTOS = Task(Modality.IMAGE, Kind.MULTICLASS, ("no", "yes"))


def table(folder: Path, text: str) -> Path:
    path = folder / "new.csv"
    path.write_text(text)
    return path


def test_a_model_is_measured_on_one_row_or_on_one_class_too(tmp_path: Path) -> None:
    assert len(labelled(table(tmp_path, "size,colour,answer\n1,red,yes\n"), ROWS)) == 1
    assert len(labelled(table(tmp_path, "size,colour,answer\n1,red,yes\n2,blue,yes\n"), ROWS)) == 2


def test_labels_that_the_model_does_not_know_are_counted(tmp_path: Path) -> None:
    heard: list[str] = []
    found = labelled(table(tmp_path, "size,answer\n1,yes\n2,maybe\n3,\n"), ROWS, tell=heard.append)
    assert len(found) == 1
    assert "lacks 1 column that the model learned from, taken as missing: colour" in heard[0]
    assert "1 sample left out whose class the model does not know: maybe" in heard[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size,colour\n1,red\n", "no column “answer” to compare"),
        ("answer\nyes\n", "none of the columns"),
        ("size,answer\n1,perhaps\n", "No sample here has a label"),
    ],
)
def test_what_cannot_be_measured_on_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        labelled(table(tmp_path, text), ROWS)


def test_pictures_for_a_table_and_the_reverse_are_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "size,colour,answer\n1,red,yes\n2,red,no\n")
    with pytest.raises(ImportRefused, match="about photos"):
        labelled(path, PHOTOS)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ImportRefused, match="not a table"):
        labelled(tmp_path / "folder", ROWS)


def test_every_kind_of_unreadable_picture_is_counted_and_kept(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8, 3), 90, dtype=np.uint8)).save(tmp_path / "good.png")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("I am not a picture.")
    heard: list[str] = []
    found = inputs(tmp_path, PHOTOS, tell=heard.append)
    assert found.ids == ["empty.png", "good.png", "text.jpg"]
    assert heard[0].startswith("2 files of 3 could not be read")
