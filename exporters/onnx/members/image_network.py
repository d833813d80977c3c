"""Tuned networks for pictures, their answers averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.heads.answer import Answer
from engine.modalities.image.members.network import NetworkMember
from exporters.onnx.backbone import network_writer
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.head import answered
from exporters.onnx.inputs.image import ImageInputs
from exporters.onnx.views import seen

if TYPE_CHECKING:
    from torch import nn


def write(graph: Graph, member: NetworkMember, inputs: ImageInputs) -> str:
    """Write each network for the picture, and for its mirror image where the member looks at both."""
    answers = [_answer(graph, member, network, inputs) for network in member.networks()]
    return _mean(graph, answers, np.float64)


def _answer(graph: Graph, member: NetworkMember, network: nn.Module, inputs: ImageInputs) -> str:
    written = network_writer(network, member.resolution)
    views = [seen(graph, inputs, member.resolution, mirrored) for mirrored in (False, True)[: 1 + member.mirror]]
    outputs = graph.cast(_mean(graph, [written(graph, view) for view in views], np.float32), DOUBLE)
    return answered(graph, outputs, Answer.of(member.task_kind))


def _mean(graph: Graph, values: list[str], kind: type[np.float32] | type[np.float64]) -> str:
    if len(values) == 1:
        return values[0]
    return graph.add("Div", graph.add("Sum", *values), graph.constant(float(len(values)), kind))
