"""Statistics of a sound, or what frozen networks hear in it, side by side; then the kernel head."""

from __future__ import annotations

from functools import partial

from engine.modalities.audio.members.features import FeaturesMember
from exporters.onnx.graph import Graph
from exporters.onnx.head import kernel_head
from exporters.onnx.inputs.audio import AudioInputs
from exporters.onnx.sound import told


def write(graph: Graph, member: FeaturesMember, inputs: AudioInputs) -> str:
    """Write the features, which members share, and the head."""
    parts = [inputs.shared(("told", name), partial(told(name), graph, inputs)) for name in member.heard]
    return kernel_head(graph, member.head, parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=1))
