"""Samples from outside for a model that exists; nothing that only learning needs is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from engine.task import Column, ColumnType, Kind, Modality, Task
from labeling.batch import Batch
from labeling.errors import ImportRefused
from labeling.formats.table import inputs_of
from labeling.importing import inputs, labelled
from labeling.outside import labelled_samples
from labeling.tables.source import opened
from labeling.tables.unread import unread_cells

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
    assert heard == [
        "2 files of 3 could not be read: empty.png and text.jpg. For these the prediction says only how common each "
        "class is. Replace or convert them, then predict again."
    ]


def test_whoever_asks_hears_of_each_unreadable_file_by_itself(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8, 3), 90, dtype=np.uint8)).save(tmp_path / "good.png")
    (tmp_path / "empty.png").write_bytes(b"")
    heard: list[str] = []
    unread: dict[str, str] = {}
    inputs(tmp_path, PHOTOS, tell=heard.append, unread=unread.__setitem__)
    assert (heard, unread) == ([], {"empty.png": "The file is empty."})


def test_what_a_model_cannot_be_measured_on_is_told(bolts: Path) -> None:
    (bolts / "nut" / "broken.jpg").write_text("I am not a picture.")
    (bolts / "nut" / "empty.jpg").touch()
    for name in ("a.heic", "b.heic"):
        (bolts / "washer" / name).write_bytes(b"photo")
    heard: list[str] = []
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("bolt", "nut", "washer"))
    assert len(labelled(bolts, task, tell=heard.append)) == 18
    assert len(heard) == 2
    assert heard[0].startswith("2 things were left out or mended; the first, nut/broken.jpg: The file is not a picture")
    assert heard[1].startswith("2 files are not photos by their endings (.heic), so they were left out: washer/a.heic")


def test_how_tables_were_read_to_be_measured_on_is_told_of_each_of_them(tmp_path: Path) -> None:
    for name in ("train", "test"):
        (tmp_path / f"{name}.csv").write_bytes("size,colour,answer\n1,café,yes\n2,blue,no\n".encode("cp1252"))
    heard: list[str] = []
    assert len(labelled(tmp_path, ROWS, tell=heard.append)) == 4
    assert [sentence.partition(" is ")[0] for sentence in heard] == ["train.csv", "test.csv"]
    assert all("is not in UTF-8" in sentence for sentence in heard)


@pytest.mark.parametrize("way", ["in memory", "bit by bit", "spreadsheet"])
def test_rows_keep_their_numbers_where_blank_ones_are_passed_over(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {"size": ["1", None, "2", None, None], "colour": ["red", None, "blue", None, None]}
    path = tmp_path / ("new.xlsx" if way == "spreadsheet" else "new.csv")
    frame = pl.DataFrame(cells)
    frame.write_excel(path) if way == "spreadsheet" else frame.write_csv(path)
    if way == "bit by bit":
        monkeypatch.setattr("labeling.tables.source.IN_MEMORY_BYTES", 1)
    heard: list[str] = []
    found = inputs(path, ROWS, tell=heard.append)
    assert (found.ids, found.frame["x:colour"].to_list()) == (["0", "2"], ["red", "blue"])
    assert heard == [f"1 blank row of {path.name} was passed over; the ids of the others count it."]


def test_blank_rows_at_the_end_need_no_word(tmp_path: Path) -> None:
    heard: list[str] = []
    assert inputs(table(tmp_path, "size,colour\n1,red\n2,blue\n,\n,\n"), ROWS, tell=heard.append).ids == ["0", "1"]
    assert heard == []


DATED = Task(
    Modality.TABLE,
    Kind.MULTICLASS,
    ("no", "yes"),
    target="answer",
    columns=(*COLUMNS, Column("day", ColumnType.DATE), Column("big", ColumnType.NUMBER)),
)


def test_cells_that_are_not_what_their_column_takes_are_told(tmp_path: Path) -> None:
    path = table(tmp_path, "size,colour,day,big,answer\n1,red,31/05/2024,0,yes\nlarge,5,1/6/2024,?,no\n,red,NA,1,no\n")
    told = [
        "“size” takes numbers; in 1 of 3 rows it holds something else, like “large”, which counts as missing.",
        "“day” takes dates written as year-month-day; in 2 of 3 rows it holds something else, like “31/05/2024”, which "
        "counts as missing.",
    ]
    heard: list[str] = []
    assert inputs(path, DATED, tell=heard.append).frame["x:size"].to_list() == [1.0, None, None]
    assert heard == told
    heard.clear()
    assert len(labelled(path, DATED, tell=heard.append)) == 3
    assert heard == told


def test_a_single_row_is_read_under_names_that_are_numbers(tmp_path: Path) -> None:
    columns = tuple(Column(name, ColumnType.NUMBER) for name in ("400", "402", "404"))
    task = Task(Modality.TABLE, Kind.REGRESSION, (), target="protein", columns=columns)
    found = inputs(table(tmp_path, "400,402,404\n0.5,0.6,0.7\n"), task)
    assert found.frame.select("x:400", "x:402", "x:404").rows() == [(0.5, 0.6, 0.7)]


def test_a_table_of_which_every_cell_is_read_is_taken_without_a_word(tmp_path: Path) -> None:
    heard: list[str] = []
    inputs(table(tmp_path, "size,colour,day,big\n1,red,2024-05-31,0\n,5,,1\n"), DATED, tell=heard.append)
    assert heard == []


def test_strange_cells_of_a_long_table_are_told_without_holding_all_its_strings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, strange = 300_000, {170_001: "large", 290_000: "larger"}
    path = tmp_path / "long.parquet"
    cells = [strange.get(row, None if row % 7 == 0 else f"{row}.5") for row in range(rows)]
    pl.DataFrame({"size": cells, "day": ["2024-05-31"] * rows}).write_parquet(path)
    heights: list[int] = []
    collect = pl.LazyFrame.collect

    def noted(frame: pl.LazyFrame, *args: Any, **options: Any) -> Any:
        found = collect(frame, *args, **options)
        heights.append(found.height)
        return found

    with opened(path, whole=True) as table:
        read = table.lazy.select(inputs_of(DATED.columns, table)).collect()
        monkeypatch.setattr(pl.LazyFrame, "collect", noted)
        told = unread_cells(DATED.columns, table, read)
    assert told == [
        "“size” takes numbers; in 2 of 300,000 rows it holds something else, like “large”, which counts as missing."
    ]
    assert heights == [1]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_true_and_false_are_the_numbers_that_a_csv_has_for_them(suffix: str, tmp_path: Path) -> None:
    rows = pl.DataFrame({"size": [1.0, 2.0], "colour": ["red", "5"], "big": [True, False]})
    path = tmp_path / f"new.{suffix}"
    rows.write_parquet(path) if suffix == "parquet" else rows.write_ndjson(path)
    heard: list[str] = []
    found = inputs(path, DATED, tell=heard.append)
    assert found.frame["x:big"].to_list() == [1.0, 0.0]
    assert len(heard) == 1 and "lacks 1 column" in heard[0]


def test_numbers_and_dates_that_a_file_keeps_as_categories_are_read(tmp_path: Path) -> None:
    cells = {"size": ["1.5", "2"], "day": ["2024-05-31", "2024-06-01"]}
    path = tmp_path / "new.parquet"
    pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.Categorical)).write_parquet(path)
    found = inputs(path, DATED).frame
    assert found["x:size"].to_list() == [1.5, 2.0]
    assert found["x:day"].to_list() == [19874.0, 19875.0]


def labelled_photos(labels: Sequence[object], dtype: pl.DataType) -> Batch:
    names = [f"{at}.png" for at in range(len(labels))]
    return Batch(
        pl.DataFrame({"id": names, "reference": names, "content": names, "label": pl.Series(labels, dtype=dtype)})
    )


def test_photos_of_classes_that_the_model_does_not_know_are_not_taken_for_none_of_its_own() -> None:
    heard: list[str] = []
    batch = labelled_photos([["cat", "zebra"], ["zebra"], [], ["dog"]], pl.List(pl.String))
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("cat", "dog"))
    assert labelled_samples(batch, task, heard.append).frame.select("id", "label").rows() == [
        ("0.png", ["cat"]),
        ("2.png", []),
        ("3.png", ["dog"]),
    ]
    assert heard == [
        "Classes that the model does not know are not measured: zebra.",
        "1 sample was left out that has no other class.",
        "Measured on 3 of 4 samples; the others have no usable label.",
    ]


def test_two_classes_that_differ_in_capitals_leave_the_others_found_in_any_spelling() -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("CAT", "cat", "dog"))
    batch = labelled_photos(["Dog", "Cat", "cat", "CAT"], pl.String())
    found = labelled_samples(batch, task, lambda _sentence: None)
    assert found.frame["label"].to_list() == ["dog", "cat", "CAT"]
