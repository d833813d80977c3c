"""Samples as plain lists."""

from __future__ import annotations

import polars as pl

from engine.task import Modality
from studio.listing import Listing

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
