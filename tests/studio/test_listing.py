"""Samples as plain lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from engine.task import ColumnType, Modality
from labeling.importing import read
from labeling.project import Project
from studio.label.text_stage import text_of
from studio.listing import Listing, load
from tests.labeling.guests import SAID, guests

PHOTOS = Listing(Modality.IMAGE, ["a/One.png", "b/two.png"], ["/1", "/2"], ["x", "y"], ["a", None], numbers=[7, 3])
ROWS = Listing(
    Modality.TABLE, ["0", "1"], labels=[1.5, None], frame=pl.DataFrame({"town": ["Bonn", "Köln"], "size": [1.0, None]})
)


def test_words_are_found_in_the_values_of_a_table() -> None:
    assert ROWS.rows_with("KÖLN") == {1}
    assert ROWS.rows_with("1.0") == {0}
    assert ROWS.rows_with("(") == set()
    assert PHOTOS.rows_with("one") == set()


def test_rows_are_known_by_the_numbers_of_the_project() -> None:
    assert PHOTOS.rows_by_number == {7: 0, 3: 1}


def test_names_are_what_a_person_says() -> None:
    assert PHOTOS.name(0) == "One.png"
    assert ROWS.name(1) == "Row 2"


def test_dates_are_shown_and_found_as_dates_and_numbers_in_full() -> None:
    frame = pl.DataFrame({"sold": [19874.0, None], "price": [123456.78, 3.0]})
    types = {"sold": ColumnType.DATE, "price": ColumnType.NUMBER}
    rows = Listing(Modality.TABLE, ["0", "more.csv/40"], labels=[None, None], frame=frame, types=types)
    assert rows.cells(0) == [("sold", "2024-05-31"), ("price", "123456.78")]
    assert rows.cells(1) == [("sold", ""), ("price", "3")]
    assert rows.rows_with("2024-05") == {0}
    assert [rows.name(row) for row in (0, 1)] == ["Row 1", "Row 41 of more.csv"]


def test_a_time_is_found_as_it_is_shown() -> None:
    seconds = range(0, 86_400, 61)
    frame = pl.DataFrame({"at": [19874 + second / 86_400 for second in seconds]})
    rows = Listing(Modality.TABLE, [str(n) for n in seconds], frame=frame, types={"at": ColumnType.DATE})
    for row in range(len(seconds)):
        shown = rows.cells(row)[0][1]
        assert row in rows.rows_with(shown), shown


def test_a_text_is_shown_without_the_column_that_keeps_some_together(tmp_path: Path) -> None:
    understanding = guests(tmp_path)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        listing = load(project)
    texts = [text_of(listing, place) for place in range(len(listing))]
    assert texts == [line.partition(",")[2] for line in SAID]


def test_a_column_that_is_read_otherwise_makes_other_samples() -> None:
    category = replace(ROWS, types={"town": ColumnType.CATEGORY, "size": ColumnType.NUMBER})
    assert category.same_samples(replace(category, labels=[2.5, 1.0]))
    assert not category.same_samples(replace(category, types={**category.types, "town": ColumnType.GROUP}))
