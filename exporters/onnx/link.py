"""The way from a table learner's raw outputs to its predictions: :class:`engine.modalities.table.target.Link`."""

from __future__ import annotations

import numpy as np

from engine.modalities.table.target import Link
from exporters.onnx.graph import Graph

_FURTHEST = 700.0


def apply_link(graph: Graph, link: Link, raw: str) -> str:
    """Return ``link.apply(raw)``, both double [N, outputs] (raw is [N, 1] for two classes)."""
    if link.name == "softmax":
        return graph.add("Softmax", raw, axis=1)
    if link.name in ("sigmoid", "sigmoids"):
        positive = _sigmoid(graph, raw)
        if link.many:
            return positive
        one = graph.constant(1.0, np.float64)
        return graph.add("Concat", graph.add("Sub", one, positive), positive, axis=1)
    scaled = graph.add("Mul", raw, graph.constant(link.scale, np.float64))
    values = graph.add("Add", scaled, graph.constant(link.shift, np.float64))
    return graph.add("Exp", values) if link.name == "exp" else values


def _sigmoid(graph: Graph, raw: str) -> str:
    one, low, high = (graph.constant(value, np.float64) for value in (1.0, -_FURTHEST, _FURTHEST))
    grown = graph.add("Exp", graph.add("Neg", graph.add("Clip", raw, low, high)))
    return graph.add("Div", one, graph.add("Add", one, grown))
