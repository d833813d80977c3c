"""Forests of averaged leaf values: :class:`engine.modalities.table.forest.Forest`.

TreeEnsemble gives a leaf one number, and a classifier's leaves hold one for each class. So the trees answer with the
number of the leaf that a sample reaches, exact in float32 below 2²⁴, and its values are looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.arrays import IntArray
from engine.modalities.table.forest import LARGEST, LEAF, Forest, TreeInputs
from exporters.errors import NotExportable
from exporters.onnx.graph import FLOAT, INT64, Graph
from exporters.onnx.trees import Tree, tree_ensemble

_VALUES_AT_ONCE = 2048
_EXACT = 2**24


def tree_inputs(graph: Graph, inputs: TreeInputs, encoded: str, codes: list[str]) -> str:
    """Return ``inputs.design`` as float32 [N, columns], in the order of :func:`column_order`.

    ``encoded`` is double [N, columns], ``codes`` are the category columns as int64 [N].
    """
    numbers = _number_places(inputs)
    parts = []
    if len(numbers):
        known = graph.add("Gather", encoded, graph.constant(numbers, np.int64), axis=1)
        fills = graph.constant(inputs.fills[numbers], np.float64)
        parts.append(graph.add("Where", graph.add("IsNaN", known), fills, known))
    for code, table in zip(codes, inputs.tables, strict=True):
        parts.append(graph.add("Gather", graph.constant(table[:, None], np.float64), code, axis=0))
    low, high = (graph.constant(edge, np.float64) for edge in (-LARGEST, LARGEST))
    return graph.cast(graph.add("Clip", graph.add("Concat", *parts, axis=1), low, high), FLOAT)


def column_order(inputs: TreeInputs) -> IntArray:
    """Return the place [columns] that each column of the engine's design has in :func:`tree_inputs`."""
    order = np.concatenate([_number_places(inputs), inputs.categories])
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places


def _number_places(inputs: TreeInputs) -> IntArray:
    return np.setdiff1d(np.arange(len(inputs.fills)), inputs.categories)


def forest_mean(graph: Graph, forest: Forest, design: str, places: IntArray) -> str:
    """Return ``forest.predict(design)``, double [N, outputs]; feature f stands in column ``places[f]``."""
    outputs = forest.values.shape[1]
    at_once = max(1, _VALUES_AT_ONCE // outputs)
    trees = list(_trees(forest, places))
    sums = []
    for first in range(0, len(trees), at_once):
        some = trees[first : first + at_once]
        low = min(int(tree.leaves.min()) for tree in some)
        high = max(int(tree.leaves.max()) for tree in some) + 1
        if high - low > _EXACT:
            raise NotExportable("A forest of the model has too many leaves to be written as ONNX. Nothing was written.")
        shifted = [replace(tree, leaves=tree.leaves - low) for tree in some]
        reached = tree_ensemble(graph, design, shifted, range(len(some)), len(some), np.float32)
        values = graph.constant(forest.values[low:high], np.float64)
        looked_up = graph.add("Gather", values, graph.cast(reached, INT64), axis=0)  # [N, trees, outputs]
        sums.append(graph.add("ReduceSum", looked_up, graph.constant([1], np.int64), keepdims=0))
    return graph.add("Div", graph.add("Sum", *sums), graph.constant(float(len(trees)), np.float64))


def _trees(forest: Forest, places: IntArray) -> Iterator[Tree]:
    """Yield the trees, their leaves holding rows of ``forest.values``."""
    for first, last in zip(forest.roots, [*forest.roots[1:], len(forest.feature)], strict=True):
        yield _tree(forest, places, int(first), int(last))


def _tree(forest: Forest, places: IntArray, first: int, last: int) -> Tree:
    feature, own_left, own_right = (side[first:last] for side in (forest.feature, forest.left, forest.right))
    is_leaf = feature == LEAF
    if is_leaf[0]:
        return Tree.constant(float(own_left[0]))
    numbers = np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)
    inner = ~is_leaf
    count = int(inner.sum())
    return Tree(
        features=places[feature[inner]],
        thresholds=forest.threshold[first:last][inner].astype(np.float64),
        members=(None,) * count,
        left=numbers[own_left[inner] - first],
        right=numbers[own_right[inner] - first],
        missing_left=np.zeros(count, dtype=np.bool_),
        leaves=own_left[is_leaf].astype(np.float64),
    )
