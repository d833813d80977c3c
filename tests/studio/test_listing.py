"""Samples as plain lists, and what a filter lets through."""

from __future__ import annotations

import polars as pl

from engine.task import Modality
from studio.listing import Filter, Listing

PHOTOS = Listing(
    Modality.IMAGE, ["a/One.png", "b/two.png", "b/three.png"], ["/1", "/2", "/3"], ["x", "y", "z"], ["a", "b", None]
)
ROWS = Listing(
    Modality.TABLE, ["0", "1"], labels=[1.5, None], frame=pl.DataFrame({"town": ["Bonn", "Köln"], "size": [1.0, None]})
)


def test_an_empty_filter_lets_everything_through() -> None:
    assert PHOTOS.select(Filter()) == [0, 1, 2]


def test_one_class_or_those_without_a_label() -> None:
    assert PHOTOS.select(Filter(label="b")) == [1]
    assert PHOTOS.select(Filter(unlabelled=True)) == [2]


def test_words_are_found_in_names_in_any_case() -> None:
    assert PHOTOS.select(Filter(words="ONE")) == [0]


def test_words_are_found_in_the_values_of_a_table() -> None:
    assert ROWS.select(Filter(words="köln")) == [1]


def test_chosen_samples_come_in_the_order_given_and_unknown_ones_are_passed_over() -> None:
    assert PHOTOS.select(Filter(ids=("b/three.png", "gone", "a/One.png"))) == [2, 0]


def test_names_are_what_a_person_says() -> None:
    assert PHOTOS.name(0) == "One.png"
    assert ROWS.name(1) == "Row 2"
