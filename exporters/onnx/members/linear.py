"""A linear model over bent numbers and one weight for each category value, in float64."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.modalities.table.expansion import Expansion
from engine.modalities.table.members.linear import LinearMember
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.inputs.table import TableInputs
from exporters.onnx.link import apply_link


def write(graph: Graph, member: LinearMember, inputs: TableInputs) -> str:
    """Write the design matrix, the weights and the category tables."""
    raw = graph.add("Sum", graph.constant(member.bias, np.float64), *_parts(graph, member, inputs))
    return apply_link(graph, member.link, raw)


def _parts(graph: Graph, member: LinearMember, inputs: TableInputs) -> Iterator[str]:
    """Yield what is summed to the raw outputs, each [N, outputs]."""
    if member.expansion.width:
        design = _design(graph, member.expansion, inputs.encoded(member.encoder))
        yield graph.add("MatMul", design, graph.constant(member.weights, np.float64))
    for place, table in zip(member.encoder.categories, member.tables, strict=True):
        yield graph.add("Gather", graph.constant(table, np.float64), inputs.code(member.encoder, int(place)), axis=0)


def _design(graph: Graph, expansion: Expansion, encoded: str) -> str:
    """Return ``expansion.design(encoded)``, double [N, width]."""
    low, high, mean, scale, knots, zero = (
        graph.constant(values, np.float64)
        for values in (expansion.low, expansion.high, expansion.mean, expansion.scale, expansion.knots, 0.0)
    )
    values = graph.add("Gather", encoded, graph.constant(expansion.numbers, np.int64), axis=1)
    missing = graph.add("IsNaN", values)
    clipped = graph.add("Min", graph.add("Max", values, low), high)
    known = graph.add("Div", graph.add("Sub", clipped, mean), scale)
    z = graph.add("Where", missing, zero, known)
    parts = [z, graph.cast(missing, DOUBLE)]
    if len(expansion.knots):
        source = graph.add("Gather", z, graph.constant(expansion.source, np.int64), axis=1)
        parts.append(graph.add("Max", graph.add("Sub", source, knots), zero))
    return graph.add("Concat", *parts, axis=1)
