"""A forest as plain arrays, and the numbers its trees compare.

The arithmetic: each column of the shared encoding becomes one float32 number (:class:`TreeInputs`). A tree goes left
where ``number <= threshold``, both float32: the comparison that scikit-learn learned with, because its float64
thresholds rounded down to float32 part the same numbers. The forest's answer is the mean of its trees' leaf values, in
float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.means import mean_targets, wanted

LARGEST = 1e30  # well inside float32, so that sums over rows are too
_STEPS_AT_ONCE = 262_144
_FEW_OUTPUTS = 10
LEAF = -1


@dataclass(frozen=True, eq=False)
class TreeInputs:
    """How encoded columns become the numbers of a tree; one for each fold, fitted on what that fold learns from.

    A number column takes ``fills[i]`` (float64 [columns]) where it is missing. A category column, whose places are
    ``categories``, takes ``tables[j][code]`` (float64 [m + 2]), what the target mostly is with that value
    (:mod:`engine.modalities.table.means`), so that one split parts low values from high ones. All are then clipped to
    ±1e30 and rounded to float32.
    """

    fills: FloatArray
    categories: IntArray
    tables: tuple[FloatArray, ...]

    @classmethod
    def fit(
        cls, encoder: TableEncoder, encoded: FloatArray, targets: FloatArray, classes: int, seed: int = 0
    ) -> tuple[TreeInputs, Float32Array]:
        """Fit on encoded rows [n, columns].

        ``targets`` are numbers [n] or [n, outputs], or class indices [n] where ``classes`` > 0.

        Returns:
            The inputs, and the numbers [n, columns] to learn with from these very rows: in them no row's own target
            has a part in what its categories become.
        """
        fills = np.array(
            [0.0 if column.is_category else _fill(encoded[:, i]) for i, column in enumerate(encoder.columns)]
        )
        aims = wanted(targets, classes)
        tables, learned = [], []
        for place in encoder.categories:
            size = encoder.columns[place].missing_code + 1
            table, numbers = mean_targets(encoded[:, place].astype(np.int64), aims, size, seed)
            tables.append(table)
            learned.append(numbers)
        inputs = cls(fills, encoder.categories, tuple(tables))
        return inputs, inputs._numbers(encoded, learned)

    def design(self, encoded: FloatArray) -> Float32Array:
        """Return the float32 numbers [n, columns] of encoded rows."""
        codes = encoded[:, self.categories].astype(np.int64)
        return self._numbers(encoded, [table[codes[:, i]] for i, table in enumerate(self.tables)])

    def _numbers(self, encoded: FloatArray, categories: Sequence[FloatArray]) -> Float32Array:
        numbers = np.where(np.isnan(encoded), self.fills, encoded)
        for place, values in zip(self.categories, categories, strict=True):
            numbers[:, place] = values
        return np.clip(numbers, -LARGEST, LARGEST).astype(np.float32)


def _fill(values: FloatArray) -> float:
    """Return a number clearly below all known ones, so that a split can part missing from known."""
    known = np.clip(values[~np.isnan(values)], -LARGEST, LARGEST)
    if known.size == 0:
        return 0.0
    low, high = float(known.min()), float(known.max())
    return low - (max(0.05 * (high - low), 1e-3 * abs(low)) or 1.0)


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees one after another: ``feature``, ``threshold``, ``left``, ``right`` [nodes], ``values`` [leaves, outputs].

    ``roots`` [trees] are the first nodes. ``left`` and ``right`` are node indices; a leaf has feature -1 and its row of
    ``values`` in ``left``.
    """

    roots: IntArray
    feature: IntArray
    threshold: Float32Array
    left: IntArray
    right: IntArray
    values: FloatArray

    @classmethod
    def of(cls, trees: Sequence[Any], columns: IntArray, outputs: int) -> Forest:
        """Take over scikit-learn's ``tree_`` objects; output (or class) i of a tree is column ``columns[i]`` here."""
        return cls.join([_take_over(tree, columns, outputs) for tree in trees])

    @classmethod
    def join(cls, forests: Sequence[Forest]) -> Forest:
        """Return one forest with the trees of all."""
        nodes = np.cumsum([0, *(len(forest.feature) for forest in forests)])
        leaves = np.cumsum([0, *(len(forest.values) for forest in forests)])
        lefts = [
            np.where(forest.feature == LEAF, forest.left + leaf, forest.left + node)
            for forest, node, leaf in zip(forests, nodes[:-1], leaves[:-1], strict=True)
        ]
        return cls(
            roots=np.concatenate([forest.roots + node for forest, node in zip(forests, nodes[:-1], strict=True)]),
            feature=np.concatenate([forest.feature for forest in forests]),
            threshold=np.concatenate([forest.threshold for forest in forests]),
            left=np.concatenate(lefts),
            right=np.concatenate([forest.right + node for forest, node in zip(forests, nodes[:-1], strict=True)]),
            values=np.concatenate([forest.values for forest in forests]),
        )

    def predict(self, design: Float32Array) -> FloatArray:
        """Return the mean leaf value [n, outputs] of float32 rows [n, columns]."""
        answers = np.empty((len(design), self.values.shape[1]))
        rows_at_once = max(1, _STEPS_AT_ONCE // (len(self.roots) * max(1, self.values.shape[1] // _FEW_OUTPUTS)))
        for start in range(0, len(design), rows_at_once):
            block = design[start : start + rows_at_once]
            answers[start : start + rows_at_once] = self.values[self._leaves(block)].mean(axis=1)
        return answers

    def _leaves(self, block: Float32Array) -> IntArray:
        """Return the rows of ``values`` that each sample reaches in each tree, [n, trees]."""
        reached = np.empty(len(block) * len(self.roots), dtype=np.int64)
        walks = np.arange(len(reached))
        row = walks // len(self.roots) * block.shape[1]
        node = np.tile(self.roots, len(block))
        flat = block.ravel()
        while walks.size:
            feature = self.feature[node]
            ended = feature == LEAF
            reached[walks[ended]] = self.left[node[ended]]
            going = ~ended
            walks, row, node, feature = walks[going], row[going], node[going], feature[going]
            node = np.where(flat[row + feature] <= self.threshold[node], self.left[node], self.right[node])
        return reached.reshape(len(block), len(self.roots))


def _take_over(tree: Any, columns: IntArray, outputs: int) -> Forest:
    inner = tree.children_left != -1
    leaves = np.flatnonzero(~inner)
    left = np.where(inner, tree.children_left, 0).astype(np.int64)
    left[leaves] = np.arange(len(leaves))
    values = np.zeros((len(leaves), outputs))
    values[:, columns] = tree.value[leaves, 0, :] if tree.n_outputs == 1 else tree.value[leaves, :, 0]
    return Forest(
        roots=np.zeros(1, dtype=np.int64),
        feature=np.where(inner, tree.feature, LEAF).astype(np.int64),
        threshold=_rounded_down(np.where(inner, tree.threshold, 0.0)),
        left=left,
        right=np.where(inner, tree.children_right, 0).astype(np.int64),
        values=values,
    )


def _rounded_down(thresholds: FloatArray) -> Float32Array:
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
