"""What goes along to try a model with is real where it can be, and read back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from engine.dataset import Dataset
from engine.finetune.full import in_full
from engine.modalities.text.samples import TextSamples
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.sample import MAX_BYTES, Sample, choose_sample, csv_of, expected_answer
from exporters.standalone.csvs import rows_of
from tests.exporters.models import model_of
from tests.exporters.texts import IN_COLUMNS, TEXTS, features

PICTURES = Task(Modality.IMAGE, Kind.REGRESSION)
COLUMNS = (
    Column("size", ColumnType.NUMBER),
    Column("day", ColumnType.DATE, "%d/%m/%Y"),
    Column("colour", ColumnType.CATEGORY),
)
TABLE = Task(Modality.TABLE, Kind.REGRESSION, columns=COLUMNS)


def files(*paths: Path) -> Dataset:
    splits = ["train"] * (len(paths) - 1) + ["test"]
    return Dataset(pl.DataFrame({"id": [p.name for p in paths], "reference": [str(p) for p in paths], "split": splits}))


def picture(path: Path) -> Path:
    Image.fromarray(np.full((4, 4, 3), 200, np.uint8)).save(path)
    return path


def test_a_picture_nothing_was_learned_from_comes_first(tmp_path: Path) -> None:
    learned, kept = picture(tmp_path / "a.png"), picture(tmp_path / "b.JPG")
    sample = choose_sample(PICTURES, files(learned, kept))
    assert (sample.name, sample.content, sample.real) == ("sample.jpg", kept.read_bytes(), True)


def test_pictures_that_are_gone_damaged_or_too_large_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "damaged.png").write_bytes(b"damaged")
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (tmp_path / "empty.png").touch()
    good = picture(tmp_path / "good.png")
    names = ("gone.png", "damaged.png", "large.png", "empty.png")
    sample = choose_sample(PICTURES, files(good, *(tmp_path / name for name in names)))
    assert sample.content == good.read_bytes()


def test_a_strange_ending_is_left_out(tmp_path: Path) -> None:
    picture(tmp_path / "a.png").rename(tmp_path / "a.p n;g")
    assert choose_sample(PICTURES, files(tmp_path / "a.p n;g")).name == "sample"


@pytest.mark.parametrize("task", [PICTURES, Task(Modality.AUDIO, Kind.REGRESSION), TEXTS, IN_COLUMNS, TABLE])
def test_without_data_a_sample_is_made_up(task: Task) -> None:
    sample = choose_sample(task, None)
    assert not sample.real
    assert sample.content == choose_sample(task, None).content


def test_a_row_is_one_of_the_data_and_read_back_as_it_was() -> None:
    frame = pl.DataFrame(
        {
            "id": ["0", "1"],
            "split": ["train", "test"],
            "x:size": [1.0, 0.1 + 0.2],
            "x:day": [0.0, 19_874.0],
            "x:colour": ["red", 'a,"b"\n;c'],
        }
    )
    sample = choose_sample(TABLE, Dataset(frame))
    assert sample.real
    assert rows_of(sample.content, COLUMNS) == [{"size": 0.1 + 0.2, "day": 19_874.0, "colour": 'a,"b"\n;c'}]


def test_what_is_missing_is_an_empty_cell() -> None:
    content = csv_of(COLUMNS, [{"size": None, "day": float("nan"), "colour": None}])
    assert content.splitlines()[1] == b'"","",""'


def test_what_is_expected_of_a_package_is_computed_in_full_precision(tmp_path: Path) -> None:
    """The studio may use half of it, which would be apart from the package by more than is allowed."""
    model = model_of(TEXTS, features(TEXTS))
    answer = expected_answer(model, Sample("sample.txt", b"a fine film, all in all", False), tmp_path)
    with in_full():
        (known,) = model.predict(TextSamples.from_texts(["a fine film, all in all"]))
    assert list(answer.probabilities.values()) == pytest.approx(known.tolist(), abs=1e-6)


def test_rows_that_say_nothing_or_too_much_are_passed_over() -> None:
    cells = [None, "x" * 1_100_000, "x" * (MAX_BYTES + 1), "red"]
    frame = pl.DataFrame(
        {
            "id": ["0", "1", "2", "3"],
            "x:size": [None, 1.0, 2.0, 3.0],
            "x:day": [None, 1e12, None, -1e12],
            "x:colour": cells,
        }
    )
    sample = choose_sample(TABLE, Dataset(frame))
    assert sample.real
    assert rows_of(sample.content, COLUMNS) == [{"size": 3.0, "day": None, "colour": "red"}]


def test_where_no_row_says_anything_one_is_made_up() -> None:
    sample = choose_sample(TABLE, Dataset(pl.DataFrame({"id": ["0"], "x:size": [None]})))
    assert not sample.real
