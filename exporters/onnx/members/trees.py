"""ExtraTrees forests, one for each fold, averaged."""

from __future__ import annotations

import numpy as np

from engine.modalities.table.members.trees import TreesMember
from exporters.onnx.forest import column_order, forest_mean, tree_inputs
from exporters.onnx.graph import Graph
from exporters.onnx.inputs.table import TableInputs
from exporters.onnx.link import apply_link


def write(graph: Graph, member: TreesMember, inputs: TableInputs) -> str:
    """Write each part's inputs and trees."""
    encoded = inputs.encoded(member.encoder)
    codes = [inputs.code(member.encoder, int(place)) for place in member.encoder.categories]
    answers = []
    for numbers, forest in member.parts:
        design = tree_inputs(graph, numbers, encoded, codes)
        answers.append(apply_link(graph, member.link, forest_mean(graph, forest, design, column_order(numbers))))
    return graph.add("Div", graph.add("Sum", *answers), graph.constant(float(len(answers)), np.float64))
