"""Forests of averaged leaf values: compared with the engine's."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.modalities.table.forest import LEAF, Forest, TreeInputs
from exporters.onnx.forest import column_order, forest_mean, tree_inputs
from exporters.onnx.graph import DOUBLE, FLOAT, INT64, Graph
from exporters.onnx.runtime import ort_session

COLUMNS = 4


def random_forest(trees: int, depth: int, outputs: int, seed: int = 0) -> Forest:
    """Full binary trees with random features and thresholds."""
    rng = np.random.default_rng(seed)
    inner, leaves = 2**depth - 1, 2**depth
    number = np.arange(inner + leaves)
    is_leaf = number >= inner
    one = Forest(
        roots=np.zeros(1, dtype=np.int64),
        feature=np.where(is_leaf, LEAF, rng.integers(0, COLUMNS, len(number))),
        threshold=rng.normal(size=len(number)).astype(np.float32),
        left=np.where(is_leaf, number - inner, 2 * number + 1),
        right=np.where(is_leaf, 0, 2 * number + 2),
        values=rng.random((leaves, outputs)),
    )
    return Forest.join([one] * trees)


def run(forest: Forest, numbers: FloatArray) -> FloatArray:
    graph = Graph(["x", "y"])
    graph.add_input("x", FLOAT, ["N", COLUMNS])
    mean = forest_mean(graph, forest, "x", np.arange(COLUMNS))
    graph.add_output(mean, "y", DOUBLE, ["N", forest.values.shape[1]])
    session = ort_session(graph.build("forest", {}).SerializeToString())
    answers: FloatArray = session.run(None, {"x": numbers.astype(np.float32)})[0]
    return answers


@pytest.mark.parametrize(("trees", "depth", "outputs"), [(1, 0, 2), (30, 5, 2), (7, 4, 1), (5, 3, 1000), (3, 0, 3)])
def test_a_forest_answers_as_the_engines(trees: int, depth: int, outputs: int) -> None:
    forest = random_forest(trees, depth, outputs)
    numbers = np.random.default_rng(1).normal(size=(200, COLUMNS))
    np.testing.assert_allclose(run(forest, numbers), forest.predict(numbers.astype(np.float32)), atol=1e-13)


def test_a_number_on_the_threshold_goes_left_and_its_neighbour_right() -> None:
    forest = random_forest(1, 1, 1)
    threshold = forest.threshold[0]
    numbers = np.zeros((3, COLUMNS))
    numbers[:, forest.feature[0]] = np.nextafter(threshold, np.array([-np.inf, threshold, np.inf], dtype=np.float32))
    left, right = forest.values[:, 0]
    assert run(forest, numbers).ravel().tolist() == [left, left, right]


@pytest.mark.parametrize("categories", [[], [1, 3], [0, 1, 2, 3]], ids=["none", "some", "all"])
def test_inputs_become_the_numbers_of_the_engine(categories: list[int]) -> None:
    rng = np.random.default_rng(0)
    places = np.array(categories, dtype=np.int64)
    tables = tuple(rng.normal(size=5) for _ in categories)
    inputs = TreeInputs(rng.normal(size=COLUMNS), places, tables)
    encoded = rng.normal(size=(50, COLUMNS)) * 10.0 ** rng.integers(-30, 300, (50, COLUMNS))
    encoded[rng.random(encoded.shape) < 0.2] = np.nan
    encoded[:, places] = rng.integers(0, 5, (50, len(categories)))
    graph = Graph(["x", "y"])
    graph.add_input("x", DOUBLE, ["N", COLUMNS])
    codes = []
    for place in categories:
        column = graph.add("Gather", "x", graph.constant(place, np.int64), axis=1)
        codes.append(graph.cast(column, INT64))
    graph.add_output(tree_inputs(graph, inputs, "x", codes), "y", FLOAT, ["N", COLUMNS])
    numbers = ort_session(graph.build("inputs", {}).SerializeToString()).run(None, {"x": encoded})[0]
    np.testing.assert_array_equal(numbers[:, column_order(inputs)], inputs.design(encoded))
