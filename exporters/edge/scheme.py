"""How a network is stored in 8 bits: which way for which network, and more careful ways where accuracy is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import onnx

_HEAVY = {"Conv", "MatMul", "Gemm"}
_BENDS = {"Relu", "Clip"}
_NARROWEST, _LARGE = 64, 1 << 16


class Way(StrEnum):
    """A way to store a network."""

    STATIC = "static int8"
    SPARING = "static int8, its sensitive layers left as they are"
    PERCENTILE = "static int8, rare extremes cut off"
    DYNAMIC = "dynamic int8"
    FLOAT = "float32"


@dataclass(frozen=True)
class Scheme:
    """A way, and whether activations are signed in 8 bits."""

    way: Way
    signed: bool = False


def ways_for(networks: Sequence[onnx.ModelProto], written: onnx.GraphProto | None = None) -> tuple[Way, ...]:
    """Return the ways to try, the most saving one first; float32 is always the last.

    ``networks`` are those that were copied into a graph; where there are none, networks may be ``written`` in it node
    by node. Networks of convolutions are measured on samples beforehand (static), networks of matrix products such as
    transformers while they run (dynamic): the other way round they were slower than float32.
    """
    if any(is_convolutional(network) for network in networks):
        return (Way.STATIC, Way.SPARING, Way.PERCENTILE, Way.FLOAT)
    if any(is_heavy(network) for network in networks):
        return (Way.DYNAMIC, Way.FLOAT)
    if written is not None and convolutions(written):
        return (Way.STATIC, Way.SPARING, Way.PERCENTILE, Way.FLOAT)
    if written is not None and large_products(written):
        return (Way.DYNAMIC, Way.FLOAT)
    return (Way.FLOAT,)


def is_heavy(network: onnx.ModelProto) -> bool:
    """Return whether a network has weights that 8 bits could hold."""
    return any(node.op_type in _HEAVY for node in network.graph.node)


def is_convolutional(network: onnx.ModelProto) -> bool:
    """Return whether a network's work is done by convolutions."""
    return any(node.op_type == "Conv" for node in network.graph.node)


def convolutions(graph: onnx.GraphProto) -> list[str]:
    """Return the convolutions over planes with float32 weights of their own, and what bends their answers, by name."""
    planes = {
        tensor.name
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) == 4
    }
    found = [node for node in graph.node if node.op_type == "Conv" and node.input[1] in planes]
    answers = {node.output[0] for node in found}
    bent = [node for node in graph.node if node.op_type in _BENDS and node.input[0] in answers]
    return [node.name for node in (*found, *bent)]


def large_products(graph: onnx.GraphProto) -> list[str]:
    """Return the nodes that multiply by large float32 matrices or look rows up in them, by name.

    Heads compute in float64 and are not among them.
    """
    large = {
        tensor.name
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT
        and len(tensor.dims) == 2
        and min(tensor.dims) >= _NARROWEST
        and tensor.dims[0] * tensor.dims[1] >= _LARGE
    }
    places = {"MatMul": 1, "Gather": 0}
    return [node.name for node in graph.node if node.op_type in places and node.input[places[node.op_type]] in large]
