"""Pictures of any size to a fixed square, inside the graph.

Repeats ``engine.modalities.image.resize``: the separable antialiased triangle filter as two matrix products. The
filter matrices are computed in the graph, in float64, from the size of the pictures that come in. ONNX's own Resize
is not used: with ``antialias=1`` ONNX Runtime differs from the engine by up to 13 of 255 levels.
"""

from __future__ import annotations

import numpy as np

from exporters.onnx.graph import DOUBLE, FLOAT, Graph


def resized(graph: Graph, pictures: str, side: int) -> str:
    """Squash uint8 ``pictures`` [N, H, W, 3] to float32 [N, 3, side, side] in 0..255, not rounded."""
    shape = graph.add("Shape", pictures)
    height, width = (graph.add("Gather", shape, graph.constant(axis, np.int64)) for axis in (1, 2))
    rows = _reshape(graph, graph.cast(pictures, FLOAT), 0, 0, -1)  # [N, H, W·3]
    low = _reshape(graph, graph.add("MatMul", _filter(graph, height, side), rows), 0, 0, -1, 3)  # [N, side, W, 3]
    columns = _reshape(graph, graph.add("Transpose", low, perm=[0, 2, 3, 1]), 0, 0, -1)  # [N, W, 3·side]
    small = _reshape(graph, graph.add("MatMul", _filter(graph, width, side), columns), 0, 0, 3, -1)
    return graph.add("Transpose", small, perm=[0, 2, 3, 1])


def middle(graph: Graph, pictures: str) -> str:
    """Return the middles of uint8 ``pictures`` [N, H, W, 3], all of one size."""
    from engine.modalities.image.resize import MIDDLE_SHARE

    part, whole, one, two = (
        graph.constant(value, np.int64) for value in ([MIDDLE_SHARE[0]], [MIDDLE_SHARE[1]], [1], [2])
    )
    extents = graph.add("Slice", graph.add("Shape", pictures), one, graph.constant([3], np.int64))  # [2]
    shorter = graph.add("ReduceMin", extents, keepdims=1)
    side = graph.add("Max", one, graph.add("Div", graph.add("Mul", shorter, part), whole))
    first = graph.add("Div", graph.add("Sub", extents, side), two)
    last = graph.add("Add", first, side)
    return graph.add("Slice", pictures, first, last, graph.constant([1, 2], np.int64))


def _reshape(graph: Graph, tensor: str, *shape: int) -> str:
    return graph.add("Reshape", tensor, graph.constant(shape, np.int64))


def _filter(graph: Graph, extent: str, side: int) -> str:
    """Return the float32 matrix [side, extent] that averages ``extent`` pixels into ``side``.

    ``A[i,j] = max(0, 1 - |(j+.5) - (i+.5)·extent/side| / max(1, extent/side))``, rows summing to 1.
    """
    zero, one, half = (graph.constant(value, np.float64) for value in (0.0, 1.0, 0.5))
    size = graph.cast(extent, DOUBLE)
    scale = graph.add("Div", size, graph.constant(float(side), np.float64))
    reach = graph.add("Max", one, scale)
    # Rows and columns are divided before the matrix is made of them, whose every pass takes its time.
    pixels = graph.add("Div", graph.add("Add", graph.add("Range", zero, size, one), half), reach)
    middles = graph.add("Mul", graph.constant(np.arange(side).reshape(side, 1) + 0.5, np.float64), scale)
    distance = graph.add("Abs", graph.add("Sub", pixels, graph.add("Div", middles, reach)))
    weights = graph.add("Max", zero, graph.add("Sub", one, distance))
    total = graph.add("ReduceSum", weights, graph.constant([1], np.int64), keepdims=1)
    return graph.add("Div", graph.cast(weights, FLOAT), graph.cast(total, FLOAT))
