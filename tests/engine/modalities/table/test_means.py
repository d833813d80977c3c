"""A training row learns what its categories mostly mean without its own target."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arrays import FloatArray, IntArray
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.means import MeanColumns, mean_targets, wanted
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType


def a_column(size: int, values: int, classes: int, seed: int) -> tuple[IntArray, FloatArray]:
    """Return values and targets that follow them half of the time."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, values, size)
    if not classes:
        return codes, codes + rng.normal(0.0, values, size)
    return codes, np.where(rng.random(size) < 0.5, codes % classes, rng.integers(0, classes, size)).astype(np.float64)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.integers(2, 60), st.sampled_from([0, 2]), st.integers(0, 119))
def test_a_rows_own_target_does_not_change_its_number(seed: int, values: int, classes: int, row: int) -> None:
    codes, targets = a_column(120, values, classes, seed)
    other = targets.copy()
    other[row] = 1.0 - targets[row] if classes else targets[row] + 1000.0
    before = mean_targets(codes, wanted(targets, classes), values)[1]
    after = mean_targets(codes, wanted(other, classes), values)[1]
    assert after[row] == before[row]


@pytest.mark.parametrize("row", range(0, 300, 37))
def test_of_several_classes_neither_does_it(row: int) -> None:
    codes, targets = a_column(300, 12, 4, seed=3)
    other = targets.copy()
    other[row] = (targets[row] + 2) % 4
    before = mean_targets(codes, wanted(targets, 4), 12)[1]
    after = mean_targets(codes, wanted(other, 4), 12)[1]
    assert after[row] == pytest.approx(before[row], abs=1e-12)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_numbers_of_a_telling_column_are_near_the_table_that_is_served(classes: int) -> None:
    codes, targets = a_column(4000, 6, classes, seed=1)
    table, numbers = mean_targets(codes, wanted(targets, classes), 6)
    assert np.corrcoef(table[codes], numbers)[0, 1] > 0.98


@pytest.mark.parametrize("classes", [0, 2, 5])
def test_numbers_of_a_column_of_chance_say_nothing_of_the_target(classes: int) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 1500, 6000)
    targets = rng.integers(0, classes, 6000).astype(np.float64) if classes else rng.normal(size=6000)
    numbers = mean_targets(codes, wanted(targets, classes), 1500)[1]
    assert abs(np.corrcoef(numbers, targets)[0, 1]) < 0.05


def test_values_that_few_rows_have_lie_near_the_middle() -> None:
    codes = np.array([0] * 100 + [1] * 100 + [2])
    targets = np.array([1.0] * 100 + [0.0] * 101)
    table, _ = mean_targets(codes, wanted(targets, 2), 4)
    assert table[0] > 0.4 and table[1] < -0.4
    assert -0.1 < table[2] < 0.0
    assert table[3] == 0.0


def test_a_thousand_classes_take_no_more_memory_than_their_rows() -> None:
    aims = wanted(np.arange(3000, dtype=np.float64) % 1000, 1000)
    table, numbers = mean_targets(np.arange(3000) % 50, aims, 50)
    assert np.isfinite(table).all() and np.isfinite(numbers).all()
    assert aims.nnz == 3000  # type: ignore[union-attr]


def test_a_single_row_has_nobody_to_learn_from() -> None:
    table, numbers = mean_targets(np.zeros(1, dtype=np.int64), wanted(np.ones(1), 2), 2)
    assert table.tolist() == [0.0, 0.0] and numbers.tolist() == [0.0]


@pytest.mark.parametrize(("values", "times", "columns"), [(40, 10, 1), (10, 10, 0), (20, 250, 0)])
def test_categories_of_many_values_with_few_rows_each_get_a_column(values: int, times: int, columns: int) -> None:
    codes = np.repeat(np.arange(values), times)
    samples = TableSamples(pl.DataFrame({"place": [f"place {code}" for code in codes]}))
    encoder = TableEncoder.fit(samples, [Column("place", ColumnType.CATEGORY)])
    encoded, rows = samples.encoded(encoder), np.arange(0, len(codes), 2)
    means, numbers = MeanColumns.fit(encoder, encoded, rows, codes[rows].astype(np.float64), 0, seed=0)
    assert (len(means.tables), numbers.shape) == (columns, (len(rows), columns))
    beside = means.beside(encoded)
    assert beside.shape == (len(codes), 1 + columns)
    if columns:
        assert np.corrcoef(beside[:, 1], codes)[0, 1] > 0.99
