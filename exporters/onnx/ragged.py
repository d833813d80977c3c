"""Lists of different lengths in a graph: all entries after each other, beside how many of them each sample has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exporters.onnx.graph import ML, Graph

NOWHERE = -1


def owners(graph: Graph, sizes: str, entries: str) -> str:
    """Return the sample of each of the ``entries`` [P], int64 [P], for the samples' ``sizes`` int64 [N].

    No size is believed: memory is taken for the entries that are there, and a list that reaches beyond them fails.
    """
    first, zero, one = graph.constant(0, np.int64), graph.constant([0], np.int64), graph.constant([1], np.int64)
    begins = graph.add("CumSum", sizes, first, exclusive=1)
    count = graph.add("Shape", entries, start=0, end=1)
    blank = graph.add("Expand", zero, graph.add("Add", count, one))  # one more: an empty sample may begin at the end
    ones = graph.add("Expand", one, graph.add("Shape", sizes))
    marks = graph.add("ScatterElements", blank, begins, ones, axis=0, reduction="add")
    rows = graph.add("Sub", graph.add("CumSum", marks, first), one)
    return graph.add("Slice", rows, zero, count)


def summed(graph: Graph, values: str, owner: str, rows: str, width: int) -> str:
    """Return the sums double [N, width] of values double [P, width] over each sample; ``rows`` is N, int64 [1]."""
    return _gathered(graph, values, owner, _blank(graph, rows, width, np.float64), "add")


def greatest(graph: Graph, values: str, owner: str, rows: str, width: int) -> str:
    """Return the greatest of values float32 [P, width], none of them negative, over each sample, [N, width]."""
    return _gathered(graph, values, owner, _blank(graph, rows, width, np.float32), "max")


def _blank(graph: Graph, rows: str, width: int, dtype: npt.DTypeLike) -> str:
    shape = graph.add("Concat", rows, graph.constant([width], np.int64), axis=0)
    return graph.add("Expand", graph.constant([[0.0]], dtype), shape)


def _gathered(graph: Graph, values: str, owner: str, blank: str, reduction: str) -> str:
    """Reduce in the order of the entries, one after the other (ScatterND does several at once, and loses some)."""
    column = graph.add("Unsqueeze", owner, graph.constant([1], np.int64))
    indices = graph.add("Expand", column, graph.add("Shape", values))
    return graph.add("ScatterElements", blank, indices, values, axis=0, reduction=reduction)


def places(graph: Graph, keys: str, known: npt.NDArray[np.integer], first: int = 0, unknown: int = NOWHERE) -> str:
    """Return ``first`` plus the place of each key int64 [P] among the ``known``, ``unknown`` for any other."""
    if not len(known):
        return graph.add("Expand", graph.constant([unknown], np.int64), graph.add("Shape", keys))
    return graph.add(
        "LabelEncoder",
        keys,
        domain=ML,
        keys_int64s=known.astype(np.int64),
        values_int64s=np.arange(first, first + len(known)),
        default_int64=unknown,
    )
