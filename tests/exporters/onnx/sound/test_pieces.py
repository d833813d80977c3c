"""Long sounds in pieces."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import Float32Array
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.runtime import ort_session
from exporters.onnx.sound.pieces import mean_over_pieces

BANDS, LONGEST = 3, 10


def largest_in_graph(frames: Float32Array) -> Float32Array:
    """The mean over pieces of the largest number of each band."""
    graph = Graph(["x", "y"])
    x = graph.add_input("x", FLOAT, ["N", BANDS, "t"])

    def largest(piece: str) -> str:
        return graph.add("ReduceMax", piece, graph.constant([2], np.int64), keepdims=0)

    graph.add_output(mean_over_pieces(graph, x, BANDS, LONGEST, largest, BANDS), "y", FLOAT, ["N", BANDS])
    found: Float32Array = ort_session(graph.build("p", {}).SerializeToString()).run(None, {"x": frames})[0]
    return found


@pytest.mark.parametrize("frames", [1, 9, 10, 11, 20, 21, 29, 30, 95, 100])
@pytest.mark.parametrize("sounds", [1, 3])
def test_pieces_are_those_of_array_split(frames: int, sounds: int) -> None:
    whole = np.random.default_rng(frames).normal(size=(sounds, BANDS, frames)).astype(np.float32)
    pieces = np.array_split(whole, -(-frames // LONGEST), axis=2)
    expected = np.mean([piece.max(axis=2) for piece in pieces], axis=0)
    np.testing.assert_allclose(largest_in_graph(whole), expected, atol=1e-6)
