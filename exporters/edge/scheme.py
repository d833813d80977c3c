"""How a network is stored in 8 bits: which way for which network, and more careful ways where accuracy is lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import onnx

_HEAVY = {"Conv", "MatMul", "Gemm"}


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


def ways_for(networks: list[onnx.ModelProto]) -> tuple[Way, ...]:
    """Return the ways to try, the most saving one first; float32 is always the last.

    Networks of convolutions are measured on samples beforehand (static), networks of matrix products such as
    transformers while they run (dynamic): the other way round they were slower than float32.
    """
    if not any(is_heavy(network) for network in networks):
        return (Way.FLOAT,)
    if any(is_convolutional(network) for network in networks):
        return (Way.STATIC, Way.SPARING, Way.PERCENTILE, Way.FLOAT)
    return (Way.DYNAMIC, Way.FLOAT)


def is_heavy(network: onnx.ModelProto) -> bool:
    """Return whether a network has weights that 8 bits could hold."""
    return any(node.op_type in _HEAVY for node in network.graph.node)


def is_convolutional(network: onnx.ModelProto) -> bool:
    """Return whether a network's work is done by convolutions."""
    return any(node.op_type == "Conv" for node in network.graph.node)
