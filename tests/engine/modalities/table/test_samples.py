"""Table rows as samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities import open_samples
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.separated import MISSING
from tests.engine.modalities.table.tables import COLUMNS, a_task, rows


def test_a_datasets_inputs_become_samples_under_their_own_names() -> None:
    frame = pl.DataFrame({"id": ["0", "1"], "x:weight": [1.0, None], "x:colour": ["red", None]})
    samples = open_samples(Dataset(frame), a_task())
    assert isinstance(samples, TableSamples)
    assert samples.frame.columns == [column.name for column in COLUMNS]
    assert samples.frame["shop"].to_list() == [None, None]
    assert samples.frame["weight"].to_list() == [1.0, None]


def test_a_table_without_inputs_is_refused_with_a_sentence() -> None:
    with pytest.raises(DataError, match="no column to learn from"):
        open_samples(Dataset(pl.DataFrame({"id": ["0"]})), a_task(columns=()))


def test_rows_are_taken_in_the_order_asked() -> None:
    samples = rows(5)
    assert samples.take(np.array([3, 0])).frame["bought"].to_list() == [
        samples.frame["bought"][3],
        samples.frame["bought"][0],
    ]


def test_typed_rows_are_read_as_their_columns_say() -> None:
    typed: list[dict[str, Any]] = [
        {"weight": " 70.5 ", "bought": "1970-01-03", "colour": "red", "shop": 7},
        {"weight": "", "bought": None},
        {"weight": 3, "bought": "1970-01-02T12:00:00+00:00", "colour": " ", "shop": ""},
        {"bought": 12.5},
    ]
    frame = TableSamples.from_rows(typed, a_task()).frame
    assert frame["weight"].to_list() == [70.5, None, 3.0, None]
    assert frame["bought"].to_list() == [2.0, None, 1.5, 12.5]
    assert frame["colour"].to_list() == ["red", None, None, None]
    assert frame["shop"].to_list() == ["7", None, None, None]


@pytest.mark.parametrize("word", MISSING)
def test_a_word_for_missing_is_missing_in_every_column_as_in_a_table(word: str) -> None:
    frame = TableSamples.from_rows([dict.fromkeys((column.name for column in COLUMNS), f" {word} ")], a_task()).frame
    assert frame.row(0) == (None,) * len(COLUMNS)


def test_what_is_no_number_is_missing_in_every_column() -> None:
    frame = TableSamples.from_rows([{column.name: float("nan") for column in COLUMNS}], a_task()).frame
    assert frame.row(0) == (None,) * len(COLUMNS)


@pytest.mark.parametrize(("column", "value"), [("weight", "heavy"), ("bought", "last week"), ("weight", [1])])
def test_a_value_of_the_wrong_type_is_named(column: str, value: object) -> None:
    with pytest.raises(DataError, match=f"'{column}' takes a .* Leave it empty if unknown"):
        TableSamples.from_rows([{column: value}], a_task())


def test_the_encoded_numbers_are_kept_for_the_next_who_asks() -> None:
    samples = rows(20)
    encoder = TableEncoder.fit(samples, COLUMNS)
    first = samples.encoded(encoder)
    assert samples.encoded(TableEncoder.from_json(encoder.to_json())) is first
    assert not first.flags.writeable
