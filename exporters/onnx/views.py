"""Pictures as networks see them: squashed to a square, or their middle; normalised, mirrored."""

from __future__ import annotations

import numpy as np

from exporters.onnx.graph import Graph
from exporters.onnx.inputs.image import ImageInputs


def seen(graph: Graph, inputs: ImageInputs, side: int, mirrored: bool = False, middle: bool = False) -> str:
    """Return float32 [N, 3, side, side], normalised as the engine's networks want it; members share it."""
    planes = inputs.shared(("normalised", side, middle), lambda: _normalised(graph, inputs.resized(side, middle)))
    return inputs.shared(("mirrored", side, middle), lambda: _mirrored(graph, planes)) if mirrored else planes


def _normalised(graph: Graph, pictures: str) -> str:
    from engine.modalities.image.resize import MIDDLE, SPREAD

    centred = graph.add("Sub", pictures, graph.constant(MIDDLE, np.float32))
    return graph.add("Div", centred, graph.constant(SPREAD, np.float32))


def _mirrored(graph: Graph, planes: str) -> str:
    """Reverse the last axis."""
    last, before_first, axis = (graph.constant([value], np.int64) for value in (-1, np.iinfo(np.int64).min, 3))
    return graph.add("Slice", planes, last, before_first, axis, last)
