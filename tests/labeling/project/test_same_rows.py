"""A table that is read anew must have the rows it had, told by what can be compared of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from engine.task import Column, ColumnType
from labeling.batch import Batch
from labeling.errors import ProjectError
from labeling.importing import read, understand
from labeling.project import Project
from labeling.tables.anew import read_anew
from labeling.tables.source import opened
from tests.labeling.project.conftest import PRICES, prices

ROWS = 20
WORDS = replace(PRICES, columns=(Column("rooms", ColumnType.CATEGORY), PRICES.columns[1]))


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    project = make_project()
    project.add(PRICES, prices(ROWS))
    return project


def as_words(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose rooms are read as words, some of which are no numbers."""
    words = frame["x:rooms"].cast(pl.Int64).cast(pl.String).replace("3", "three")
    return frame.with_columns(words.alias("x:rooms"))


def test_the_same_rows_are_read_in_another_way(project: Project) -> None:
    (source,) = project.table_sources()
    project.change_columns([(source, WORDS, Batch(as_words(prices(ROWS).frame)))])
    assert project.inputs(["2", "3"])["rooms"].to_list() == ["2", "three"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda frame: as_words(frame.reverse()), "rooms"),
        (lambda frame: as_words(frame).with_columns(pl.col("x:town").reverse()), "town"),
        (lambda frame: as_words(frame).with_columns(pl.col("label") + 1), "price"),
    ],
)
def test_other_rows_are_refused_and_the_column_is_named(
    project: Project, change: Callable[[pl.DataFrame], pl.DataFrame], column: str
) -> None:
    (source,) = project.table_sources()
    with pytest.raises(ProjectError, match=f"its column “{column}” differs. So its columns cannot be read anew"):
        project.change_columns([(source, WORDS, Batch(change(prices(ROWS).frame)))])
    assert project.can_undo == "Add 20 rows"


def tab_table(folder: Path) -> Path:
    """Write a table whose commas stand between thousands."""
    path = folder / "halls.tsv"
    lines = [f"{n},{n:03}\t{n % 7}\t{n % 5 + 1},{n}5" for n in range(10, 50)]
    path.write_text("\n".join(["seats\trooms\tprice", *lines]) + "\n")
    return path


def quoted_table(folder: Path) -> Path:
    """Write a table in one of whose columns a comma may stand before decimals."""
    path = folder / "doses.csv"
    cells = [f'"0,{n:03}"' if n % 4 == 1 else f"{n}.5" for n in range(1, 41)]
    path.write_text("dose,rooms,price\n" + "".join(f"{cell},{n % 7},{n}.5\n" for n, cell in enumerate(cells)))
    return path


def as_earlier(batch: Batch, path: Path, column: str, comma: str) -> Batch:
    """Return a batch whose column was read with another meaning of commas."""
    with opened(path) as table:
        cells = table.lazy.collect()[column.removeprefix("x:") if column != "label" else "price"]
    numbers = cells.str.replace_all(",", comma).cast(pl.Float64, strict=False)
    return replace(batch, frame=batch.frame.with_columns(numbers.alias(column)))


@pytest.mark.parametrize(
    ("table", "column", "comma"),
    [(tab_table, "x:seats", "."), (quoted_table, "x:dose", ""), (tab_table, "label", ".")],
)
def test_numbers_whose_commas_meant_something_else_are_the_same_rows(
    table: Callable[[Path], Path], column: str, comma: str, tmp_path: Path
) -> None:
    path = table(tmp_path)
    name = column.removeprefix("x:").replace("label", "price")
    types = {"rooms": ColumnType.NUMBER, **({} if column == "label" else {name: ColumnType.NUMBER})}
    understanding = understand(path, target="price", types=types)
    batch = read(understanding)
    earlier = as_earlier(batch, path, column, comma)
    assert not earlier.frame[column].equals(batch.frame[column])
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, earlier)
        (source,) = project.table_sources()
        lines = path.read_text().splitlines()
        for others in (lines[2:] + lines[1:2], [*lines[1:-1], lines[-2]]):
            path.write_text("\n".join([lines[0], *others]) + "\n")
            with pytest.raises(ProjectError, match=r"its column “\w+” differs"):
                project.change_columns([(source, *read_anew(understanding, "price", {**types, "rooms": None}))])
        path.write_text("\n".join(lines) + "\n")
        project.change_columns([(source, *read_anew(understanding, "price", {**types, "rooms": None}))])
        assert project.can_undo == "Leave “rooms” out"
        kept = earlier if column == "label" else batch
        assert project.frame()[column].to_list() == kept.frame[column].to_list()


def test_numbers_that_could_not_be_read_before_are_the_same_rows(make_project: Callable[..., Project]) -> None:
    project, frame = make_project(), prices(ROWS).frame
    project.add(PRICES, Batch(frame.with_columns(pl.col("x:rooms").replace(3.0, None))))
    project.change_columns([(project.table_sources()[0], PRICES, Batch(frame))])
    assert project.inputs(["3"])["rooms"].to_list() == [3.0]
