"""A column that says which rows are kept for the test does so, and is nothing to learn from."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine.task import ColumnType, Modality
from labeling.annotations.model import Annotated, Annotations
from labeling.annotations.registry import WRITERS
from labeling.importing import read, understand
from labeling.tables.parting import SAYS_PART, parting_column
from labeling.understanding import LeftOut, Understanding

TEXTS = [f"The {thing} that came on day {day} was rather {how}." for day in range(10) for thing, how in (
    ("soup", "good"), ("bill", "wrong"))]  # fmt: skip


def table(folder: Path, column: str = "split", cells: tuple[str, ...] = ("train", "test", "val", "")) -> Path:
    path = folder / "plants.csv"
    lines = [f"{at}.5,{'oak' if at % 3 else 'elm'},{cells[at % len(cells)]}" for at in range(40)]
    path.write_text("\n".join([f"height,kind,{column}", *lines]) + "\n")
    return path


@pytest.mark.parametrize("to", ["csv", "xlsx", "jsonl"])
def test_labels_of_texts_come_back_with_their_parts(to: str, tmp_path: Path) -> None:
    samples = [
        Annotated(str(at), text=text, classes=(("good", "bad")[at % 2],), split="test" if at % 5 == 0 else "train")
        for at, text in enumerate(TEXTS)
    ]
    WRITERS[to].write(Annotations(samples, ("bad", "good")), tmp_path)
    (path,) = tmp_path.iterdir()
    for place in (path, tmp_path):
        understanding = understand(place)
        assert understanding.modality is Modality.TEXT
        assert [column.name for column in understanding.columns] == ["text"]
        assert understanding.target == "label"
        assert understanding.text().endswith("; 4 kept apart for the test")
        frame = read(understanding).frame
        assert frame.select("x:text", "label", "split").rows() == [
            (sample.text, (sample.classes or ("",))[0], sample.split) for sample in samples
        ]


def test_rows_are_parted_and_the_column_is_not_learned_from(tmp_path: Path) -> None:
    understanding = understand(table(tmp_path))
    assert (understanding.target, [column.name for column in understanding.columns]) == ("kind", ["height"])
    assert understanding.left_out == (LeftOut("split", SAYS_PART),)
    assert (understanding.parted_by, understanding.set_apart) == ("split", 10)
    assert Understanding.from_json(understanding.to_json()) == understanding
    assert read(understanding).frame["split"].to_list() == ["train", "test", "train", None] * 10
    mixed = understand(tmp_path / "plants.csv", apart=False)
    assert read(mixed).frame["split"].null_count() == 40


def test_whoever_wants_the_column_otherwise_has_it(tmp_path: Path) -> None:
    path = table(tmp_path)
    predicted = understand(path, target="split")
    assert (predicted.target, predicted.parted_by, predicted.set_apart) == ("split", None, 0)
    wishes = understand(path).wish("keep", "split")
    for taken_in in (understand(path, **wishes), understand(path, target="kind", types={"split": ColumnType.CATEGORY})):
        assert "split" in {column.name for column in taken_in.columns}
        assert read(taken_in).frame["split"].null_count() == 40
    assert understand(path, types={"split": None}).set_apart == 10


@pytest.mark.parametrize(
    ("column", "cells", "found"),
    [
        ("Set", ("Training", "TEST"), "Set"),
        ("fold", ("dev", "train"), "fold"),
        ("split", ("train", "elsewhere"), None),
        ("split", ("train", "train"), None),
        ("split", ("test", "eval"), None),
        ("role", ("train", "test"), None),
    ],
)
def test_only_a_column_named_so_whose_every_cell_is_a_part(
    column: str, cells: tuple[str, ...], found: str | None, tmp_path: Path
) -> None:
    assert parting_column(pl.read_csv(table(tmp_path, column, cells)), ()) == found
