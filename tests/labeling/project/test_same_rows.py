"""A table that is read anew must have the rows it had, told by what can be compared of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from engine.task import Column, ColumnType
from labeling.batch import Batch
from labeling.errors import ProjectError
from labeling.project import Project
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
