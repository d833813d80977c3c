"""Boosted trees: each booster's raw outputs through its link, then the mean over boosters."""

from __future__ import annotations

import numpy as np

from engine.modalities.table.features import TableEncoder
from engine.modalities.table.means import MeanColumns
from engine.modalities.table.members.lightgbm import LightGBMMember
from exporters.onnx.graph import Graph
from exporters.onnx.inputs.table import TableInputs
from exporters.onnx.lightgbm_text import parse_lightgbm
from exporters.onnx.link import apply_link
from exporters.onnx.trees import Tree, tree_ensemble


def write(graph: Graph, member: LightGBMMember, inputs: TableInputs) -> str:
    """Write the boosters' trees in float64."""
    sets = []
    for place, means in enumerate(member.means):
        numbers = _beside(graph, member.encoder, means, inputs)
        texts = member.boosters[place * member.outputs : (place + 1) * member.outputs]
        sets.append([_raw(graph, numbers, text) for text in texts])
    parts = [
        apply_link(graph, member.link, one[0] if len(one) == 1 else graph.add("Concat", *one, axis=1)) for one in sets
    ]
    return graph.add("Div", graph.add("Sum", *parts), graph.constant(float(len(parts)), np.float64))


def _beside(graph: Graph, encoder: TableEncoder, means: MeanColumns, inputs: TableInputs) -> str:
    """Return ``means.beside`` of the encoded rows, double [N, columns + tables]."""
    encoded = inputs.encoded(encoder)
    told = [
        graph.add("Gather", graph.constant(table[:, None], np.float64), inputs.code(encoder, place), axis=0)
        for place, table in means.tables.items()
    ]
    return graph.add("Concat", encoded, *told, axis=1) if told else encoded


def _raw(graph: Graph, numbers: str, text: str) -> str:
    booster = parse_lightgbm(text)
    trees = booster.trees or (Tree.constant(0.0),) * booster.outputs
    targets = [index % booster.outputs for index in range(len(trees))]
    return tree_ensemble(graph, numbers, trees, targets, booster.outputs)
