"""Long sounds in pieces of about one length, as :func:`numpy.array_split` makes them, and the mean over these."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.sound.lengths import Length, part, reshaped


def mean_over_pieces(
    graph: Graph, frames: str, bands: int, longest: int, describe: Callable[[str], str], length: int
) -> str:
    """Return the mean, float32 [N, length], of what ``describe`` makes of pieces of ``frames`` [N, bands, T].

    ``describe`` takes [n, bands, t] to [n, length]. There are ``k = ceil(T / longest)`` pieces, the first ``T mod k``
    of which are one frame longer: those are described together, and so are the others.
    """
    count = Length.of(graph, frames, 2)
    pieces = count.ceil_div(longest)
    short = count // pieces
    longer = count - short * pieces
    border = longer * (short + 1)
    groups = (
        (part(graph, frames, 0, border, 2), longer, short + 1),
        (part(graph, frames, border, count, 2), pieces - longer, short),
    )
    sums = [_sum_of_group(graph, group, bands, describe, length) for group in groups]
    return graph.add("Div", graph.add("Add", *sums), graph.cast(pieces.name, FLOAT))


def _sum_of_group(
    graph: Graph, group: tuple[str, Length, Length], bands: int, describe: Callable[[str], str], length: int
) -> str:
    """Return the sum over ``pieces`` of ``size`` frames each, zeros where there are none."""
    frames, pieces, size = group
    sounds = Length.of(graph, frames, 0)
    apart = graph.add("Transpose", reshaped(graph, frames, sounds, bands, pieces, size), perm=[0, 2, 1, 3])
    described = describe(reshaped(graph, apart, sounds * pieces, bands, size))
    together = reshaped(graph, described, sounds, pieces, length)
    return graph.add("ReduceSum", together, graph.constant([1], np.int64), keepdims=0)
