"""What the linear model sees of a number."""

from __future__ import annotations

import numpy as np
import polars as pl

from engine.arrays import FloatArray
from engine.modalities.table.expansion import Expansion
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType


def expanded(values: list[float | None], knots: int = 4) -> tuple[Expansion, FloatArray]:
    samples = TableSamples(pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)}))
    encoder = TableEncoder.fit(samples, [Column("x", ColumnType.NUMBER)])
    expansion = Expansion.fit(encoder, samples.encoded(encoder), knots)
    return expansion, expansion.design(samples.encoded(encoder))


def test_numbers_are_standardised_and_missing_ones_marked() -> None:
    _, design = expanded([1.0, 2.0, 3.0, 4.0, None], knots=0)
    np.testing.assert_allclose(design[:4, 0].mean(), 0.0, atol=1e-12)
    np.testing.assert_allclose(design[:4, 0].std(), 1.0)
    assert design[4].tolist() == [0.0, 1.0]


def test_bends_are_hinges_in_the_inner_range() -> None:
    expansion, design = expanded([float(v) for v in range(100)])
    assert design.shape == (100, expansion.width)
    z = design[:, 0]
    for column, knot in enumerate(expansion.knots):
        assert z.min() < knot < z.max()
        np.testing.assert_array_equal(design[:, 2 + column], np.maximum(z - knot, 0.0))


def test_values_beyond_what_was_seen_are_clipped() -> None:
    expansion, _ = expanded([float(v) for v in range(100)])
    beyond, edge = expansion.design(np.array([[1e300]])), expansion.design(np.array([[99.0]]))
    np.testing.assert_array_equal(beyond, edge)


def test_columns_that_say_nothing_are_zeros() -> None:
    says_nothing: list[list[float | None]] = [[None, None], [5.0, 5.0]]
    for values in says_nothing:
        expansion, design = expanded(values)
        assert expansion.width == 2
        assert (design[:, 0] == 0).all()


def test_two_values_need_no_bend() -> None:
    assert len(expanded([0.0, 1.0, 1.0, 0.0])[0].knots) == 0


def test_timestamps_keep_their_differences() -> None:
    _, design = expanded([1.7e9 + v for v in range(100)])
    assert len(np.unique(design[:, 0])) == 100


def test_numbers_of_a_tiny_unit_are_told_apart() -> None:
    values = np.random.default_rng(0).normal(3.0, 1.0, 200)
    _, plain = expanded(values.tolist())
    _, tiny = expanded((1e-14 * values).tolist())
    np.testing.assert_allclose(tiny, plain, atol=1e-9)
