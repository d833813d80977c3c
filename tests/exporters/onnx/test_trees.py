"""Trees as TreeEnsemble: compared with walking them by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arrays import FloatArray
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.runtime import ort_session
from exporters.onnx.trees import Tree, tree_ensemble

FEATURES = 3
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 2.0, 64.0, 70.0, -1.5, 1e300, -1e300, 1.7e9, 1.7e9 + 0.25])


def run(trees: list[Tree], targets: list[int], n_targets: int, inputs: FloatArray) -> FloatArray:
    graph = Graph(["x", "y"])
    graph.add_input("x", DOUBLE, ["N", FEATURES])
    graph.add_output(tree_ensemble(graph, "x", trees, targets, n_targets), "y", DOUBLE, ["N", n_targets])
    session = ort_session(graph.build("trees", {}).SerializeToString())
    answers: FloatArray = session.run(None, {"x": inputs})[0]
    return answers


def walk(tree: Tree, row: FloatArray) -> float:
    branch = 0
    while branch >= 0:
        value, members = row[tree.features[branch]], tree.members[branch]
        if np.isnan(value):
            left = bool(tree.missing_left[branch])
        else:
            left = bool(value <= tree.thresholds[branch]) if members is None else value in members
        branch = int((tree.left if left else tree.right)[branch])
    return float(tree.leaves[~branch])


@st.composite
def random_trees(draw: st.DrawFn) -> Tree:
    """A tree of up to 6 branches, each hung onto a random free place."""
    count = draw(st.integers(1, 6))
    left, right = np.zeros(count, np.int64), np.zeros(count, np.int64)
    free = [(left, 0), (right, 0)]
    for branch in range(1, count):
        side, parent = free.pop(draw(st.integers(0, len(free) - 1)))
        side[parent] = branch
        free += [(left, branch), (right, branch)]
    for leaf, (side, parent) in enumerate(free):
        side[parent] = ~leaf
    sets = st.none() | st.lists(st.integers(0, 70), min_size=1, max_size=5, unique=True).map(
        lambda codes: np.array(codes, dtype=np.float64)
    )
    return Tree(
        features=np.array(draw(st.lists(st.integers(0, FEATURES - 1), min_size=count, max_size=count))),
        thresholds=np.array(draw(st.lists(NUMBERS, min_size=count, max_size=count))),
        members=tuple(draw(st.lists(sets, min_size=count, max_size=count))),
        left=left,
        right=right,
        missing_left=np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count))),
        leaves=np.array(draw(st.lists(st.floats(-1e6, 1e6), min_size=count + 1, max_size=count + 1))),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(random_trees(), st.integers(0, 1)), min_size=1, max_size=4), st.data())
def test_any_forest_sums_what_its_trees_say(forest: list[tuple[Tree, int]], data: st.DataObject) -> None:
    values = NUMBERS | st.just(np.nan) | st.integers(0, 70).map(float)
    rows = data.draw(st.lists(st.lists(values, min_size=FEATURES, max_size=FEATURES), min_size=1, max_size=5))
    inputs = np.array(rows)
    trees, targets = [tree for tree, _ in forest], [target for _, target in forest]
    expected = np.zeros((len(rows), 2))
    for tree, target in forest:
        expected[:, target] += [walk(tree, row) for row in inputs]
    np.testing.assert_allclose(run(trees, targets, 2, inputs), expected, rtol=1e-12, atol=1e-9)


def test_a_constant_tree_answers_the_same_to_everything() -> None:
    inputs = np.array([[np.nan] * FEATURES, [1e308] * FEATURES, [-1.0] * FEATURES])
    assert run([Tree.constant(0.25)], [0], 1, inputs).ravel().tolist() == [0.25] * 3


def test_neighbouring_timestamps_stay_apart() -> None:
    threshold = 1.7e9 + 0.5
    tree = Tree(
        features=np.zeros(1, np.int64),
        thresholds=np.array([threshold]),
        members=(None,),
        left=np.array([~0]),
        right=np.array([~1]),
        missing_left=np.zeros(1, np.bool_),
        leaves=np.array([1.0, 2.0]),
    )
    inputs = np.zeros((3, FEATURES))
    inputs[:, 0] = np.nextafter(threshold, [-np.inf, threshold, np.inf])
    assert run([tree], [0], 1, inputs).ravel().tolist() == [1.0, 1.0, 2.0]
