"""Small networks on a table, one for each fold, in float64."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.arrays import FloatArray
from engine.modalities.table.members.network import NetworkMember
from engine.modalities.table.scaling import REACH, Scaling
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.inputs.table import TableInputs
from exporters.onnx.link import apply_link


def write(graph: Graph, member: NetworkMember, inputs: TableInputs) -> str:
    """Write what the folds share of the inputs, then each fold's networks, and their mean."""
    encoded = inputs.encoded(member.encoder)
    codes = [inputs.code(member.encoder, int(place)) for place in member.encoder.categories]
    numbers, gaps = _scaled(graph, member.scaling, encoded), _gaps(graph, member.scaling, encoded)
    answers = []
    for fold in range(member.folds):
        weights = {name: array[fold].astype(np.float64) for name, array in member.weights.items()}
        parts = [*numbers, *_waves(graph, weights, numbers), *gaps]
        parts += [
            graph.add("Gather", graph.constant(weights[f"table-{place}"], np.float64), code, axis=0)
            for place, code in enumerate(codes)
        ]
        raw = _outputs(graph, weights, member.layers, graph.add("Concat", *parts, axis=1))
        answers.append(_together(graph, member, raw))
    return graph.add("Div", graph.add("Sum", *answers), graph.constant(float(len(answers)), np.float64))


def _scaled(graph: Graph, scaling: Scaling, encoded: str) -> list[str]:
    """Return ``scaling.scaled(encoded)``, double [N, d]; nothing where there are no numbers."""
    if not len(scaling.numbers):
        return []
    low, high, middle, scale, reach, one, zero = (
        graph.constant(values, np.float64)
        for values in (scaling.low, scaling.high, scaling.middle, scaling.scale, REACH, 1.0, 0.0)
    )
    values = graph.add("Gather", encoded, graph.constant(scaling.numbers, np.int64), axis=1)
    clipped = graph.add("Min", graph.add("Max", values, low), high)
    known = graph.add("Div", graph.add("Sub", clipped, middle), scale)
    u = graph.add("Where", graph.add("IsNaN", values), zero, known)
    share = graph.add("Div", u, reach)
    return [graph.add("Div", u, graph.add("Sqrt", graph.add("Add", one, graph.add("Mul", share, share))))]


def _gaps(graph: Graph, scaling: Scaling, encoded: str) -> list[str]:
    """Return ``scaling.missing(encoded)``, double [N, g]; nothing where there were no gaps."""
    if not len(scaling.gaps):
        return []
    values = graph.add("Gather", encoded, graph.constant(scaling.gaps, np.int64), axis=1)
    return [graph.cast(graph.add("IsNaN", values), DOUBLE)]


def _waves(graph: Graph, weights: Mapping[str, FloatArray], numbers: list[str]) -> list[str]:
    """Return what comes of the numbers' waves, double [N, 3 d]; nothing where there are none."""
    if "wave" not in weights:
        return []
    columns = graph.add("Unsqueeze", graph.add("Transpose", numbers[0]), graph.constant([2], np.int64))
    angle = graph.add("Mul", columns, graph.constant(2 * np.pi * weights["wave"][:, None], np.float64))
    angle = graph.add("Add", angle, graph.constant(weights["phase"][:, None], np.float64))
    mixed = graph.add("MatMul", graph.add("Cos", angle), graph.constant(weights["mix"], np.float64))
    mixed = graph.add("Add", mixed, graph.constant(weights["mixed"][:, None], np.float64))
    return [
        graph.add(
            "Reshape",
            graph.add("Transpose", mixed, perm=[1, 0, 2]),
            graph.constant([0, weights["mixed"].size], np.int64),
        )
    ]


def _outputs(graph: Graph, weights: Mapping[str, FloatArray], layers: int, joined: str) -> str:
    """Return the copies' raw outputs, double [members, N, outputs], of the joined inputs [N, w]."""
    seen = graph.constant((weights["scale"] * weights["sign"])[:, None], np.float64)
    x = graph.add("Mul", graph.add("Unsqueeze", joined, graph.constant([0], np.int64)), seen)
    for layer in range(layers):
        x = graph.add("MatMul", x, graph.constant(weights[f"weight-{layer}"], np.float64))
        x = graph.add("Add", x, graph.constant(weights[f"bias-{layer}"], np.float64))
        x = graph.add("Mul", x, graph.add("Sigmoid", x))
    said = graph.add("MatMul", x, graph.constant(weights["head"], np.float64))
    return graph.add("Add", said, graph.constant(weights["head-bias"][:, None], np.float64))


def _together(graph: Graph, member: NetworkMember, raw: str) -> str:
    """Return the mean over the copies, double [N, outputs]."""
    copies, first = member.weights["sign"].shape[1], graph.constant([0], np.int64)
    width = member.weights["head"].shape[3]
    if not member.link.is_classifier:
        return apply_link(graph, member.link, graph.add("ReduceMean", raw, first, keepdims=0))
    flat = graph.add("Reshape", raw, graph.constant([-1, width], np.int64))
    outputs = 2 if member.link.name == "sigmoid" else width
    answers = apply_link(graph, member.link, flat)
    shape = graph.constant([copies, -1, outputs], np.int64)
    return graph.add("ReduceMean", graph.add("Reshape", answers, shape), first, keepdims=0)
