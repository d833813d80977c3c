"""Tuned speech networks, their answers averaged."""

from __future__ import annotations

import numpy as np

from engine.heads.answer import Answer
from engine.modalities.audio.members.network import NetworkMember
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.head import answered
from exporters.onnx.inputs.audio import AudioInputs


def write(graph: Graph, member: NetworkMember, inputs: AudioInputs) -> str:
    """Write each network over the levels that all share."""
    from exporters.onnx.sound.speech import heard, speech_levels

    levels, answer = speech_levels(graph, inputs), Answer.of(member.task_kind)
    answers = []
    for network, part in zip(member.networks(), member.parts, strict=True):
        weight, bias = (graph.constant(part[name].numpy(), np.float32) for name in ("weight", "bias"))
        scores = graph.add("Gemm", heard(graph, levels, network), weight, bias, transB=1)
        answers.append(answered(graph, graph.cast(scores, DOUBLE), answer))
    return graph.add("Div", graph.add("Sum", *answers), graph.constant(float(len(answers)), np.float64))
