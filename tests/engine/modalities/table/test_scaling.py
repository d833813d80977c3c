"""The inputs of the table networks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.scaling import REACH, Scaling
from engine.task import Column, ColumnType


def fitted(values: list[float | None]) -> tuple[Scaling, TableSamples, TableEncoder]:
    """A scaling of one column."""
    samples = TableSamples(pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)}))
    encoder = TableEncoder.fit(samples, [Column("x", ColumnType.NUMBER)])
    return Scaling.fit(encoder, samples.encoded(encoder)), samples, encoder


def test_the_middle_half_has_length_one() -> None:
    scaling, samples, encoder = fitted([0.0, 10.0, 20.0, 30.0, 40.0])
    z = scaling.scaled(samples.encoded(encoder))[:, 0]
    u = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    np.testing.assert_allclose(z, u / np.sqrt(1 + (u / REACH) ** 2))
    assert scaling.gaps.size == 0


def test_where_quartiles_are_equal_the_range_counts() -> None:
    scaling, _, _ = fitted([0.0, 0.0, 0.0, 0.0, 0.0, 8.0])
    assert scaling.scale.tolist() == [4.0]


def test_a_gap_is_zero_and_has_an_indicator() -> None:
    scaling, samples, encoder = fitted([1.0, None, 3.0, 5.0])
    encoded = samples.encoded(encoder)
    assert scaling.missing(encoded)[:, 0].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert scaling.scaled(encoded)[1, 0] == 0.0


@pytest.mark.parametrize("values", [[None, None], [4.0, 4.0, 4.0], []])
def test_a_column_that_says_nothing_is_left_out(values: list[float | None]) -> None:
    scaling, samples, encoder = fitted(values)
    assert scaling.scaled(samples.encoded(encoder)).shape == (len(values), 0)


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=12))
def test_any_numbers_become_small_ones_in_their_order(values: list[float | None]) -> None:
    scaling, samples, encoder = fitted(values)
    z = scaling.scaled(samples.encoded(encoder))
    assert (np.abs(z) <= REACH).all()
    known = np.array([value is not None for value in values])
    if z.shape[1]:
        order = np.argsort(np.array([value for value in values if value is not None]))
        assert (np.diff(z[known, 0][order]) >= -1e-12).all()
