"""Mean states of the sentence network, then the kernel head."""

from __future__ import annotations

from engine.modalities.text.members.features import FeaturesMember
from exporters.onnx.graph import Graph
from exporters.onnx.head import kernel_head
from exporters.onnx.inputs.text import TextInputs, looks_of
from exporters.onnx.sentence import means


def write(graph: Graph, member: FeaturesMember, inputs: TextInputs) -> str:
    """Write the means of all layers over the chunks that the member looks at, and the head."""
    from engine.backbones.minilm import LAYERS

    return kernel_head(graph, member.head, means(graph, inputs, {}, range(1 + LAYERS), looks_of(member)))
