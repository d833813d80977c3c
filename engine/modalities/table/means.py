"""What the target mostly is where a column has a value, told to a training row without its own target.

The number of a value is how far its mean target lies from the overall mean, drawn to 0 where few rows have it:
``(sum - count * overall) / (count + 10)``. Of several outputs, the one direction counts in which values differ most.
The training rows are dealt into ``PARTS`` parts, and the rows of each part get numbers learned from the other parts
alone, so that a value which few rows share does not give their answers away. As distances from the overall mean they
do not tell the parts from one another either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from engine.modalities.table.features import TableEncoder

PARTS = 5
MANY_VALUES = 16
FEW_ROWS = 100  # a value, on average
_PRIOR_ROWS = 10.0
_TURNS = 15


def wanted(targets: FloatArray, classes: int) -> FloatArray | csr_matrix:
    """Return targets as [n, outputs]: class indices of more than two ``classes`` as sparse 0 and 1, others as given."""
    if classes <= 2:
        return targets.reshape(len(targets), -1)
    from scipy.sparse import csr_matrix

    rows = np.arange(len(targets))
    return csr_matrix((np.ones(len(rows)), (rows, targets.astype(np.int64))), shape=(len(rows), classes))


def mean_targets(
    codes: IntArray, targets: FloatArray | csr_matrix, size: int, seed: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Return the number of each value, and those that the training rows themselves are learned with.

    Args:
        codes: the value of each training row, 0 to ``size`` - 1, [n].
        targets: what :func:`wanted` returned for them, [n, outputs].
        size: how many values there are.
        seed: how rows are dealt into parts.

    Returns:
        The table [size] and the rows' numbers [n].
    """
    direction = _direction(codes, targets, size)
    table = _table(codes, np.asarray(targets @ direction), size)
    parts = np.random.default_rng(seed).permutation(len(codes)) % PARTS
    numbers = np.zeros(len(codes))
    for part in range(PARTS):
        held, others = np.flatnonzero(parts == part), np.flatnonzero(parts != part)
        if len(others):
            own = _direction(codes[others], targets[others], size)
            own = own if own @ direction >= 0.0 else -own
            numbers[held] = _table(codes[others], np.asarray(targets[others] @ own), size)[codes[held]]
    return table, numbers


@dataclass(frozen=True, eq=False)
class MeanColumns:
    """More columns for trees that part categories by their values: what the target mostly is with each value.

    Such trees pass over values that few rows have, so each category of more than ``MANY_VALUES`` known ones with less
    than ``FEW_ROWS`` rows each gets a column. ``tables`` holds, by the category's place in the encoding, a number for
    each code, float64 [m + 2].
    """

    tables: Mapping[int, FloatArray]

    @classmethod
    def fit(
        cls, encoder: TableEncoder, encoded: FloatArray, rows: IntArray, targets: FloatArray, classes: int, seed: int
    ) -> tuple[Self, FloatArray]:
        """Learn from ``rows`` [k] of the encoded rows [n, columns] and what is wanted of them, as :func:`wanted` says.

        All n rows tell which categories get a column, so that those of all folds do alike.

        Returns:
            The columns, and the numbers [k, tables] to learn with from these very rows.
        """
        aims = wanted(targets, classes)
        tables: dict[int, FloatArray] = {}
        learned = [np.empty((len(rows), 0))]
        for place in places(encoder, len(encoded)):
            size = encoder.columns[place].missing_code + 1
            tables[place], numbers = mean_targets(encoded[rows, place].astype(np.int64), aims, size, seed)
            learned.append(numbers[:, None])
        return cls(tables), np.concatenate(learned, axis=1)

    def beside(self, encoded: FloatArray) -> FloatArray:
        """Return encoded rows [n, columns] with these columns behind them, [n, columns + tables]."""
        told = [table[encoded[:, place].astype(np.int64), None] for place, table in self.tables.items()]
        return np.concatenate([encoded, *told], axis=1) if told else encoded


def places(encoder: TableEncoder, rows: int) -> list[int]:
    """Return the categories that get a column where there are so many rows, by their places in the encoding."""
    known = {place: encoder.columns[place].unknown_code for place in encoder.categories.tolist()}
    return [place for place, values in known.items() if values > MANY_VALUES and rows < FEW_ROWS * values]


def _table(codes: IntArray, values: FloatArray, size: int) -> FloatArray:
    counts = np.bincount(codes, minlength=size)
    sums = np.bincount(codes, values, minlength=size)
    overall = float(values.mean()) if len(values) else 0.0
    return np.asarray((sums - counts * overall) / (counts + _PRIOR_ROWS))


def _direction(codes: IntArray, targets: FloatArray | csr_matrix, size: int) -> FloatArray:
    """Return the unit vector [outputs] along which the values' means differ most, by power iteration."""
    outputs = targets.shape[1]
    direction: FloatArray = np.cos(np.arange(outputs, dtype=np.float64)) / np.sqrt(outputs)
    if outputs == 1 or not len(codes):
        return np.ones(outputs)
    counts = np.bincount(codes, minlength=size)
    weights = np.sqrt(counts) / (counts + _PRIOR_ROWS)
    overall = np.asarray(targets.mean(axis=0)).ravel()
    for _ in range(_TURNS):
        spread = weights * (np.bincount(codes, targets @ direction, minlength=size) - counts * (overall @ direction))
        pulled = weights * spread
        found = np.asarray(targets.T @ pulled[codes]) - overall * float(counts @ pulled)
        length = float(np.linalg.norm(found))
        if length == 0.0:
            break
        direction = found / length
    return direction
