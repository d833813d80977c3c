"""Decision trees as ``ai.onnx.ml`` TreeEnsemble (version 5) in float64.

LightGBM compares in float64; ``onnxmltools`` writes float32 only and then moves samples to other leaves (a column of
timestamps changed probabilities by 0.3). So the trees are written here, number for number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper

from engine.arrays import BoolArray, FloatArray, IntArray
from exporters.onnx.graph import ML, Graph

LESS_OR_EQUAL = 0
IS_MEMBER = 6
_SUM = 1
_NO_TRANSFORM = 0


@dataclass(frozen=True)
class Tree:
    """One tree as arrays over its branches, except ``leaves``, which is over its leaves.

    A branch sends a sample left when ``x[feature] <= threshold``, or, where ``members[branch]`` is not ``None``, when
    ``x[feature]`` is one of them; a missing value (NaN) goes left where ``missing_left``. ``left`` and ``right`` hold
    the number of the next branch, or ``~leaf``. The root is branch 0.
    """

    features: IntArray
    thresholds: FloatArray
    members: tuple[FloatArray | None, ...]
    left: IntArray
    right: IntArray
    missing_left: BoolArray
    leaves: FloatArray

    @classmethod
    def constant(cls, value: float) -> Tree:
        """Return a tree that answers the same to everything: a branch with two equal leaves."""
        return cls(
            features=np.zeros(1, np.int64),
            thresholds=np.zeros(1),
            members=(None,),
            left=np.array([~0]),
            right=np.array([~1]),
            missing_left=np.zeros(1, np.bool_),
            leaves=np.array([value, value]),
        )


def tree_ensemble(
    graph: Graph,
    inputs: str,
    trees: Sequence[Tree],
    targets: Sequence[int],
    n_targets: int,
    dtype: type[np.float64] | type[np.float32] = np.float64,
) -> str:
    """Add the sum of ``trees`` to the graph, tree ``i`` adding to column ``targets[i]``.

    ``inputs`` is a tensor [N, features] of ``dtype``, to which thresholds and leaves are rounded. Returns a tensor
    [N, n_targets] of it.
    """
    branches = np.cumsum([0] + [len(tree.features) for tree in trees])
    leaves = np.cumsum([0] + [len(tree.leaves) for tree in trees])
    true_ids, true_leaf = _children([tree.left for tree in trees], branches, leaves)
    false_ids, false_leaf = _children([tree.right for tree in trees], branches, leaves)
    members = [values for tree in trees for values in tree.members]
    optional: dict[str, Any] = {}
    listed = [np.append(values, np.nan) for values in members if values is not None]
    if listed:
        optional["membership_values"] = _numbers(listed, dtype)
    missing = np.concatenate([tree.missing_left for tree in trees])
    if missing.any():
        optional["nodes_missing_value_tracks_true"] = missing.astype(np.int64)
    modes = np.array([LESS_OR_EQUAL if values is None else IS_MEMBER for values in members], dtype=np.uint8)
    return graph.add(
        "TreeEnsemble",
        inputs,
        domain=ML,
        n_targets=n_targets,
        aggregate_function=_SUM,
        post_transform=_NO_TRANSFORM,
        tree_roots=branches[:-1],
        nodes_featureids=np.concatenate([tree.features for tree in trees]),
        nodes_modes=numpy_helper.from_array(modes, "nodes_modes"),
        nodes_splits=_numbers([tree.thresholds for tree in trees], dtype),
        nodes_truenodeids=true_ids,
        nodes_trueleafs=true_leaf,
        nodes_falsenodeids=false_ids,
        nodes_falseleafs=false_leaf,
        leaf_targetids=np.repeat(np.asarray(targets, np.int64), np.diff(leaves)),
        leaf_weights=_numbers([tree.leaves for tree in trees], dtype),
        **optional,
    )


def _numbers(parts: Sequence[FloatArray], dtype: type[np.float64] | type[np.float32]) -> TensorProto:
    return numpy_helper.from_array(np.concatenate(parts).astype(dtype))


def _children(sides: Sequence[IntArray], branches: IntArray, leaves: IntArray) -> tuple[IntArray, IntArray]:
    """Return the children's numbers in the whole ensemble, and 1 where the child is a leaf."""
    numbers = [
        np.where(side < 0, ~side + leaf, side + branch)
        for side, branch, leaf in zip(sides, branches, leaves, strict=False)
    ]
    return np.concatenate(numbers).astype(np.int64), (np.concatenate(sides) < 0).astype(np.int64)
