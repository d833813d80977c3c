"""A column of texts in a table: :meth:`engine.modalities.table.texts.TextColumn.encode`, step by step in float64.

The sums go through the terms in the engine's order, so that not even the last digit differs: a tree may ask about it.
"""

from __future__ import annotations

import numpy as np

from engine.modalities.table.texts import TextColumn
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.ragged import owners, places, summed


def written(graph: Graph, text: TextColumn, terms: str, sizes: str, letters: str) -> str:
    """Return the numbers of texts, double [N, width], for their terms int64 [P], how many each has and its letters."""
    column = graph.constant([1], np.int64)
    long = graph.cast(graph.add("Unsqueeze", letters, column), DOUBLE)
    width = text.width - 1
    if not width:
        return long
    buckets, rarity = np.frombuffer(text.buckets, "<i4"), np.frombuffer(text.rarity, "<f4")
    everywhere = places(graph, terms, buckets)
    known = graph.add("GreaterOrEqual", everywhere, graph.constant(0, np.int64))
    place = graph.add("Compress", everywhere, known, axis=0)
    owner = graph.add("Compress", owners(graph, sizes, terms), known, axis=0)
    rows = graph.add("Shape", sizes)
    weight = graph.cast(graph.add("Gather", graph.constant(rarity, np.float32), place, axis=0), DOUBLE)
    squares = graph.add("Unsqueeze", graph.add("Mul", weight, weight), column)
    length = graph.add("Sqrt", summed(graph, squares, owner, rows, 1))
    scaled = graph.add("Div", graph.add("Unsqueeze", weight, column), graph.add("Gather", length, owner, axis=0))
    directions = np.frombuffer(text.directions, "<f4").reshape(-1, width)
    towards = graph.cast(graph.add("Gather", graph.constant(directions, np.float32), place, axis=0), DOUBLE)
    return graph.add("Concat", long, summed(graph, graph.add("Mul", scaled, towards), owner, rows, width), axis=1)
