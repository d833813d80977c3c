"""What is predicted, and whether its values are classes or numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from engine.task import Kind
from labeling.importing import understand
from labeling.tables.columns import Facts
from labeling.tables.guess import guess_kind


def whole_numbers(name: str, distinct: int, present: int) -> Facts:
    return Facts(name, present, present, distinct, numbers=present, whole=True, high=float(distinct))


@pytest.mark.parametrize(
    "name",
    ["label", "Labels", "fine_label", "class", "class_id", "classId", "Category", "species", "cell type", "diagnosis"],
)
def test_whole_numbers_that_repeat_are_classes_where_the_name_says_so(name: str) -> None:
    assert guess_kind(whole_numbers(name, 100, 200)) is Kind.MULTICLASS


@pytest.mark.parametrize("name", ["target", "y", "score", "price", "count", "stereotype", "label noise"])
def test_whole_numbers_under_other_names_are_numbers(name: str) -> None:
    assert guess_kind(whole_numbers(name, 100, 200)) is Kind.REGRESSION


@pytest.mark.parametrize(("distinct", "present"), [(150, 200), (200, 200), (1001, 5000)])
def test_whole_numbers_that_hardly_repeat_or_are_too_many_are_numbers_under_any_name(
    distinct: int, present: int
) -> None:
    assert guess_kind(whole_numbers("label", distinct, present)) is Kind.REGRESSION


def test_few_whole_numbers_are_classes_under_any_name() -> None:
    assert guess_kind(whole_numbers("stars", 5, 25)) is Kind.MULTICLASS
    assert guess_kind(whole_numbers("stars", 5, 24)) is Kind.REGRESSION


def test_class_ids_of_a_table_are_classes_unless_the_person_wants_numbers(tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    pl.DataFrame({"wing": [row % 11 + 0.5 for row in range(120)], "label": [row % 40 for row in range(120)]}).write_csv(
        path
    )
    found = understand(path)
    assert (found.target, found.kind, len(found.classes)) == ("label", Kind.MULTICLASS, 40)
    assert any("“label” were taken for 40 classes, as the column is called so" in said for said in found.problems)
    number = understand(path, **found.wish("kind", "predict the number in"))
    assert number.kind is Kind.REGRESSION
    assert not any("taken for" in said for said in number.problems)


def test_amounts_are_numbers_though_they_are_called_labels(tmp_path: Path) -> None:
    ages = whole_numbers("label", 60, 200)
    assert guess_kind(replace(ages, low=18.0, high=90.0)) is Kind.REGRESSION
    assert guess_kind(replace(ages, low=0.0, high=5000.0)) is Kind.REGRESSION


def test_a_column_that_is_named_as_the_target_too_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    rows = range(2002)
    wing, label, bred = (
        [row % 11 + 0.5 for row in rows],
        [f"bird {row % 1001}" for row in rows],
        [row % 2 for row in rows],
    )
    pl.DataFrame({"wing": wing, "label": label, "target": bred}).write_csv(path)
    found = understand(path)
    assert (found.target, found.passed_over) == ("target", "")
