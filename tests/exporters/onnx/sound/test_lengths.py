"""Lengths that only a call knows."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.onnx.graph import FLOAT, INT64, Graph
from exporters.onnx.runtime import ort_session
from exporters.onnx.sound.lengths import Length, padded, part, reshaped


def calculator() -> Graph:
    graph = Graph(["x", "y"])
    n = Length.of(graph, graph.add_input("x", FLOAT, [1, "n"]), 1)
    results = (n + 3, n * 2, n // 3, n.ceil_div(4), n.at_least(5), n.at_most(5), (n - 7).at_least(0))
    graph.add_output(graph.add("Concat", *(result.name for result in results), axis=0), "y", INT64, [len(results)])
    return graph


SESSION = ort_session(calculator().build("lengths", {}).SerializeToString())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2000))
def test_lengths_are_calculated_as_whole_numbers_are(n: int) -> None:
    found = SESSION.run(None, {"x": np.zeros((1, n), np.float32)})[0]
    assert found.tolist() == [n + 3, n * 2, n // 3, -(-n // 4), max(n, 5), min(n, 5), max(n - 7, 0)]


def test_parts_padding_and_shapes_follow_the_call() -> None:
    graph = Graph(["x", "y"])
    x = graph.add_input("x", FLOAT, [1, "n"])
    half = Length.of(graph, x, 1) // 2
    rows = reshaped(graph, padded(graph, part(graph, x, half, half * 2, axis=1), 1, half, axis=1), 1, -1, 1)
    graph.add_output(rows, "y", FLOAT, [1, "m", 1])
    session = ort_session(graph.build("parts", {}).SerializeToString())
    for n in (2, 7):
        values = np.arange(1.0, n + 1, dtype=np.float32)[None]
        expected = np.concatenate([[0.0], values[0, n // 2 : n // 2 * 2], np.zeros(n // 2)])
        np.testing.assert_array_equal(session.run(None, {"x": values})[0][0, :, 0], expected)
