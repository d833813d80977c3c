"""Features of a frozen pretrained network, then the kernel head."""

from __future__ import annotations

import numpy as np

from engine.modalities.image.members.features import FeaturesMember
from exporters.onnx.backbone import backbone_writer
from exporters.onnx.graph import Graph
from exporters.onnx.head import kernel_head
from exporters.onnx.inputs.image import ImageInputs
from exporters.onnx.views import seen


def write(graph: Graph, member: FeaturesMember, inputs: ImageInputs) -> str:
    """Write the features, which members of the same network and resolution share, and the head."""
    views = [_features(graph, member, inputs, middle) for middle in (False, True)[: 1 + member.middle]]
    mean = graph.add("Div", graph.add("Sum", *views), graph.constant(float(len(views)), np.float32))
    return kernel_head(graph, member.head, mean)


def _features(graph: Graph, member: FeaturesMember, inputs: ImageInputs, middle: bool) -> str:
    key = ("features", member.backbone, member.weights, member.resolution, middle)

    def build() -> str:
        network = backbone_writer(member.backbone, member.resolution, member.weights)
        return network(graph, seen(graph, inputs, member.resolution, middle=middle))

    return inputs.shared(key, build)
