"""Tuned sentence networks, their answers averaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.heads.answer import Answer
from engine.modalities.text.members.network import STATES, NetworkMember
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.head import answered
from exporters.onnx.inputs.text import TextInputs, looks_of
from exporters.onnx.sentence import means

if TYPE_CHECKING:
    from torch import Tensor


def write(graph: Graph, member: NetworkMember, inputs: TextInputs) -> str:
    """Write each network's own layers and head; what it shares with others is shared."""
    answers = [_answer(graph, member, part, inputs) for part in member.parts]
    return graph.add("Div", graph.add("Sum", *answers), graph.constant(float(len(answers)), np.float64))


def _answer(graph: Graph, member: NetworkMember, part: Mapping[str, Tensor], inputs: TextInputs) -> str:
    tuned = {name: value for name, value in part.items() if name not in ("weight", "bias")}
    features = means(graph, inputs, tuned, STATES, looks_of(member))
    weight, bias = (graph.constant(part[name].float().numpy().T, np.float32) for name in ("weight", "bias"))
    scores = graph.add("Add", graph.add("MatMul", features, weight), bias)
    return answered(graph, graph.cast(scores, DOUBLE), Answer.of(member.task_kind))
