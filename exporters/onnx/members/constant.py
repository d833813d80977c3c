"""The member that answers the same whatever it is asked."""

from __future__ import annotations

import numpy as np

from engine.learners.constant import ConstantMember
from exporters.onnx.graph import Graph
from exporters.onnx.inputs.base import Inputs


def write(graph: Graph, member: ConstantMember, inputs: Inputs) -> str:
    """Repeat the answer once a sample."""
    outputs = graph.constant([member.answer.size], np.int64)
    shape = graph.add("Concat", inputs.rows, outputs, axis=0)
    return graph.add("Expand", graph.constant(member.answer.reshape(1, -1), np.float64), shape)
