"""The shared encoding."""

from __future__ import annotations

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.modalities.table import features as encoding
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.spellings import codes_of
from engine.task import Column, ColumnType
from tests.engine.modalities.table.tables import COLUMNS, rows

NUMBER, CATEGORY = Column("x", ColumnType.NUMBER), Column("c", ColumnType.CATEGORY)
# of the signs, the last two stand in another order in UTF-16
CELLS = (
    st.none() | st.sampled_from(["", "a", "b", "True", "true", "1", "1.0", "é", "\uffff", "😀"]) | st.text(max_size=2)
)


def texts(*values: str | None) -> TableSamples:
    return TableSamples(pl.DataFrame({"c": pl.Series(values, dtype=pl.String)}))


def test_categories_are_numbered_by_how_often_they_occur() -> None:
    encoder = TableEncoder.fit(texts("b", "a", "b", "a", "b", "once", None, "", None, ""), [CATEGORY])
    assert encoder.columns[0].values == ("b", "a")
    codes = encoder.encode(texts("a", "b", "once", "never seen", None, "", " b"))
    assert codes[:, 0].tolist() == [1, 0, 2, 2, 3, 3, 2]


def test_only_the_most_frequent_values_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_VALUES", 2)
    encoder = TableEncoder.fit(texts(*"aaabbbccdd"), [CATEGORY])
    assert encoder.columns[0].values == ("a", "b")


def test_truth_and_whole_numbers_are_known_however_a_program_spells_them() -> None:
    encoder = TableEncoder.fit(texts("True", "True", "True", "1.0", "1.0", "no", "no"), [CATEGORY])
    assert encoder.columns[0].values == ("True", "1.0", "no")
    codes = encoder.encode(texts("true", "TRUE", "1", "1.0", "NO", "2"))
    assert codes[:, 0].tolist() == [0, 0, 1, 1, 3, 3]


def test_missing_and_infinite_numbers_are_nan() -> None:
    frame = pl.DataFrame({"x": [1.7e9, None, math.nan, math.inf, -math.inf, -0.5]})
    numbers = TableEncoder.fit(TableSamples(frame), [NUMBER]).encode(TableSamples(frame))
    np.testing.assert_array_equal(numbers[:, 0], [1.7e9, np.nan, np.nan, np.nan, np.nan, -0.5])


def test_columns_that_say_nothing_are_encoded_all_the_same() -> None:
    frame = pl.DataFrame(
        {"x": pl.Series([None, None], dtype=pl.Float64), "c": pl.Series([None, None], dtype=pl.String)}
    )
    samples = TableSamples(frame)
    numbers = TableEncoder.fit(samples, [NUMBER, CATEGORY]).encode(samples)
    np.testing.assert_array_equal(numbers, [[np.nan, 1.0], [np.nan, 1.0]])


def test_a_column_with_ten_thousand_values_takes_no_time() -> None:
    values = [f"value {i % 10_500}" for i in range(30_000)]
    samples = texts(*values)
    encoder = TableEncoder.fit(samples, [CATEGORY])
    assert len(encoder.columns[0].values) == encoding.MAX_VALUES
    assert encoder.encode(samples).max() == encoding.MAX_VALUES


def test_it_survives_json() -> None:
    samples = rows(50)
    encoder = TableEncoder.fit(samples, COLUMNS)
    again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again == encoder
    assert again.categories.tolist() == [2, 3]


@pytest.mark.parametrize("damage", [[{"name": "x"}], [{"name": "x", "type": "smell", "values": []}], [3]])
def test_damaged_json_is_a_model_error(damage: list[object]) -> None:
    with pytest.raises(ModelError, match="columns cannot be read"):
        TableEncoder.from_json(damage)  # type: ignore[arg-type]


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=30))
def test_every_text_has_a_code_and_known_ones_their_own(values: list[str | None]) -> None:
    encoder = TableEncoder.fit(texts(*values), [CATEGORY])
    column = encoder.columns[0]
    codes = encoder.encode(texts(*values))[:, 0]
    for value, code in zip(values, codes, strict=True):
        if value is None or value == "":
            assert code == column.missing_code
        elif value in column.values:
            assert column.values[int(code)] == value
        else:
            assert code == column.codes.get(value, column.unknown_code)


@given(learned=st.lists(CELLS, min_size=1, max_size=40), asked=st.lists(CELLS, min_size=1, max_size=20))
def test_few_rows_are_read_as_many_are(learned: list[str | None], asked: list[str | None]) -> None:
    few = TableEncoder.fit(texts(*learned), [CATEGORY])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(encoding, "_FEW_ROWS", 0)
        many = TableEncoder.fit(texts(*learned), [CATEGORY])
        codes = many.encode(texts(*asked, *learned))
    assert few == many
    np.testing.assert_array_equal(few.encode(texts(*asked, *learned)), codes)


def test_codes_are_made_once_however_many_columns_there_are() -> None:
    frame = pl.DataFrame({f"c{number}": [f"{number} a", f"{number} b"] * 2 for number in range(300)})
    encoder = TableEncoder.fit(TableSamples(frame), [Column(name, ColumnType.CATEGORY) for name in frame.columns])
    codes_of.cache_clear()
    for row in range(2):
        assert encoder.encode(TableSamples(frame[[row]])).tolist() == [[float(row)] * 300]
    assert codes_of.cache_info().misses == 300


def test_a_date_becomes_its_days_and_the_parts_that_differ() -> None:
    frame = pl.DataFrame({"d": [19_000.0, 19_001.0, None]})  # 2022-01-08, a Saturday, and the day after
    encoder = TableEncoder.fit(TableSamples(frame), [Column("d", ColumnType.DATE)])
    named = dict(zip([column.part for column in encoder.columns], encoder.encode(TableSamples(frame)).T, strict=True))
    assert list(named) == ["", "weekday"]
    np.testing.assert_array_equal(named["weekday"], [5.0, 6.0, np.nan])


def test_a_text_stands_where_its_column_stands_and_comes_back_from_json() -> None:
    frame = pl.DataFrame({"t": ["good food", "bad food", "good", None], "x": [1.0, 2.0, 3.0, 4.0]})
    samples = TableSamples(frame)
    encoder = TableEncoder.fit(samples, [Column("t", ColumnType.TEXT), NUMBER])
    numbers = encoder.encode(samples)
    assert numbers[:, -1].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert np.abs(numbers[:3, :-1]).sum() > 0
    assert not numbers[3, :-1].any()
    again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again == encoder
    np.testing.assert_array_equal(again.encode(samples), numbers)


def test_an_unknown_part_of_a_date_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        TableEncoder.from_json([{"name": "d", "type": "date", "values": [], "part": "decade"}])


def test_a_map_is_kept_turned_as_it_was_learned() -> None:
    columns = [Column("lat", ColumnType.NUMBER), Column("lon", ColumnType.NUMBER)]
    frame = pl.DataFrame({"lat": [51.5, 48.9, None, math.inf], "lon": [-0.1, 2.4, 13.4, 5.0]})
    encoder = TableEncoder.fit(TableSamples(frame), columns)
    again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again == encoder and len(again.columns) == 8
    numbers = again.encode(TableSamples(frame))
    np.testing.assert_array_equal(numbers, encoder.encode(TableSamples(frame)))
    np.testing.assert_array_equal(np.isnan(numbers[:, 2:]).all(axis=1), [False, False, True, True])


def test_a_damaged_map_is_a_sentence() -> None:
    damaged = [{"name": "lat", "type": "number", "values": [], "turned": {"longitude": "lon", "north": "?"}}]
    with pytest.raises(ModelError, match="cannot be read"):
        TableEncoder.from_json(damaged)
