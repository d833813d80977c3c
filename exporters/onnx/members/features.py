"""Features of a frozen pretrained network, then the kernel head."""

from __future__ import annotations

import numpy as np

from engine.modalities.image.members.features import FeaturesMember
from exporters.onnx.backbone import backbone_model
from exporters.onnx.graph import Graph
from exporters.onnx.head import kernel_head
from exporters.onnx.inputs import ImageInputs


def write(graph: Graph, member: FeaturesMember, inputs: ImageInputs) -> str:
    """Write the features, which members of the same network and resolution share, and the head."""
    views = [_features(graph, member, inputs, mirrored) for mirrored in (False, True)[: 1 + member.flip]]
    mean = graph.add("Div", graph.add("Sum", *views), graph.constant(float(len(views)), np.float32))
    return kernel_head(graph, member.head, mean)


def _features(graph: Graph, member: FeaturesMember, inputs: ImageInputs, mirrored: bool) -> str:
    key = ("features", member.backbone, member.resolution, mirrored)

    def build() -> str:
        planes = inputs.shared(
            ("normalised", member.resolution), lambda: _normalised(graph, inputs.resized(member.resolution))
        )
        seen = _mirrored(graph, planes) if mirrored else planes
        return graph.splice(backbone_model(member.backbone, member.resolution), seen)

    return inputs.shared(key, build)


def _normalised(graph: Graph, pictures: str) -> str:
    from engine.modalities.image.features import MIDDLE, SPREAD

    centred = graph.add("Sub", pictures, graph.constant(MIDDLE, np.float32))
    return graph.add("Div", centred, graph.constant(SPREAD, np.float32))


def _mirrored(graph: Graph, planes: str) -> str:
    """Reverse the last axis."""
    last, before_first, axis = (graph.constant([value], np.int64) for value in (-1, np.iinfo(np.int64).min, 3))
    return graph.add("Slice", planes, last, before_first, axis, last)
