"""Colours and edges of a small thumbnail, then the kernel head."""

from __future__ import annotations

import numpy as np

from engine.modalities.image.members.thumbnail import ThumbnailMember
from engine.modalities.image.thumbnail import EDGE_ROOT, POOL, SIZE
from exporters.onnx.graph import Graph
from exporters.onnx.head import kernel_head
from exporters.onnx.inputs.image import ImageInputs


def write(graph: Graph, member: ThumbnailMember, inputs: ImageInputs) -> str:
    """Write :func:`engine.modalities.image.thumbnail.thumbnail_features` and the head."""
    features = inputs.shared("thumbnail", lambda: _features(graph, inputs.resized(SIZE)))
    return kernel_head(graph, member.head, features)


def _features(graph: Graph, pictures: str) -> str:
    """Return float32 [N, 448] for pictures [N, 3, SIZE, SIZE]."""
    colours = graph.add("Div", pictures, graph.constant(255.0, np.float32))
    grey = graph.add("ReduceMean", colours, graph.constant([1], np.int64), keepdims=1)
    here = _window(graph, grey, 0, 0)
    across = graph.add("Sub", _window(graph, grey, 0, 1), here)
    down = graph.add("Sub", _window(graph, grey, 1, 0), here)
    steps = graph.add("Concat", across, graph.add("Neg", across), down, graph.add("Neg", down), axis=1)
    edges = graph.add("Pad", graph.add("Relu", steps), graph.constant([0, 0, 0, 0, 0, 0, 1, 1], np.int64))
    shifted = graph.add("Add", _pooled(graph, edges, 4), graph.constant(EDGE_ROOT, np.float32))
    return graph.add("Concat", _pooled(graph, colours, 3), graph.add("Sqrt", shifted), axis=1)


def _window(graph: Graph, grey: str, row: int, column: int) -> str:
    """Return the [SIZE - 1, SIZE - 1] part that begins at ``row``, ``column``."""
    first, last = (graph.constant(bound, np.int64) for bound in ([row, column], [row + SIZE - 1, column + SIZE - 1]))
    return graph.add("Slice", grey, first, last, graph.constant([2, 3], np.int64))


def _pooled(graph: Graph, planes: str, channels: int) -> str:
    """Return the means of blocks of POOL × POOL, flattened."""
    side = SIZE // POOL
    blocks = graph.add("Reshape", planes, graph.constant([0, channels, side, POOL, side, POOL], np.int64))
    means = graph.add("ReduceMean", blocks, graph.constant([3, 5], np.int64), keepdims=0)
    return graph.add("Reshape", means, graph.constant([0, -1], np.int64))
