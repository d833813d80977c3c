"""Boosted trees: each booster's raw outputs through its link, then the mean over boosters."""

from __future__ import annotations

import numpy as np

from engine.modalities.table.members.lightgbm import LightGBMMember
from exporters.onnx.graph import Graph
from exporters.onnx.inputs.table import TableInputs
from exporters.onnx.lightgbm_text import parse_lightgbm
from exporters.onnx.link import apply_link
from exporters.onnx.trees import Tree, tree_ensemble


def write(graph: Graph, member: LightGBMMember, inputs: TableInputs) -> str:
    """Write the boosters' trees in float64."""
    numbers = inputs.encoded(member.encoder)
    raw = [_raw(graph, numbers, text) for text in member.boosters]
    sets = [raw[at : at + member.outputs] for at in range(0, len(raw), member.outputs)]
    parts = [
        apply_link(graph, member.link, one[0] if len(one) == 1 else graph.add("Concat", *one, axis=1)) for one in sets
    ]
    return graph.add("Div", graph.add("Sum", *parts), graph.constant(float(len(parts)), np.float64))


def _raw(graph: Graph, numbers: str, text: str) -> str:
    booster = parse_lightgbm(text)
    trees = booster.trees or (Tree.constant(0.0),) * booster.outputs
    targets = [index % booster.outputs for index in range(len(trees))]
    return tree_ensemble(graph, numbers, trees, targets, booster.outputs)
