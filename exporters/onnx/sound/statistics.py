"""What a sound is like as a whole: :func:`engine.modalities.audio.statistics.statistics`."""

from __future__ import annotations

import numpy as np

from engine.modalities.audio.statistics import PERCENTILES, SCALE, SEGMENTS
from exporters.onnx.graph import DOUBLE, FLOAT, INT64, Graph
from exporters.onnx.inputs.audio import AudioInputs
from exporters.onnx.sound.lengths import Length, part
from exporters.onnx.sound.logmel import log_mel


def write(graph: Graph, inputs: AudioInputs) -> str:
    """Return float32 [N, 833]."""
    frames = log_mel(graph, inputs.waves, SCALE)
    count = Length.of(graph, frames, 2)
    exact = graph.cast(frames, DOUBLE)  # sums over long sounds
    steps = _steps(graph, exact, count)
    parts = [
        *_mean_and_deviation(graph, exact),
        *_percentiles(graph, frames, count),
        _mean(graph, graph.add("Abs", steps)),
        _mean_and_deviation(graph, steps)[1],
        *(_mean(graph, _segment(graph, exact, count, place)) for place in range(SEGMENTS)),
        _logarithm(graph, inputs, count),
    ]
    return graph.cast(graph.add("Concat", *parts, axis=1), FLOAT)


def _steps(graph: Graph, frames: str, count: Length) -> str:
    """Return how each frame differs from the one before; a row of zeros where there is but one."""
    others = (count - 1).at_least(1)
    return graph.add("Sub", part(graph, frames, (count - 1).at_most(1), count, 2), part(graph, frames, 0, others, 2))


def _mean(graph: Graph, frames: str) -> str:
    return graph.add("ReduceMean", frames, graph.constant([2], np.int64), keepdims=0)


def _mean_and_deviation(graph: Graph, frames: str) -> tuple[str, str]:
    kept = graph.add("ReduceMean", frames, graph.constant([2], np.int64), keepdims=1)
    away = graph.add("Sub", frames, kept)
    mean = graph.add("Squeeze", kept, graph.constant([2], np.int64))
    return mean, graph.add("Sqrt", _mean(graph, graph.add("Mul", away, away)))


def _percentiles(graph: Graph, frames: str, count: Length) -> list[str]:
    """Return the percentiles, each double [N, bands], between the two values that are nearest."""
    ordered = graph.add("TopK", frames, count.name, axis=2, unused=1, largest=0, sorted=1)
    shares = graph.constant(np.array(PERCENTILES) / 100.0, np.float64)
    places = graph.add("Mul", (count - 1).number(), shares)
    below = graph.add("Floor", places)
    first = graph.cast(below, INT64)
    second = graph.add("Min", graph.add("Add", first, graph.constant([1], np.int64)), (count - 1).name)
    low, high = (graph.cast(graph.add("Gather", ordered, rows, axis=2), DOUBLE) for rows in (first, second))
    risen = graph.add("Mul", graph.add("Sub", high, low), graph.add("Sub", places, below))
    between = graph.add("Add", low, risen)  # [N, bands, percentiles]
    return [graph.add("Gather", between, graph.constant(place, np.int64), axis=2) for place in range(len(PERCENTILES))]


def _segment(graph: Graph, frames: str, count: Length, place: int) -> str:
    first = count * place // SEGMENTS
    last = (count * (place + 1) // SEGMENTS).at_least(first + 1)
    return part(graph, frames, first, last, 2)


def _logarithm(graph: Graph, inputs: AudioInputs, count: Length) -> str:
    """Return the logarithm of how many frames there are, double [N, 1]."""
    one = graph.constant([1], np.int64)
    return graph.add("Expand", graph.add("Log", count.number()), graph.add("Concat", inputs.rows, one, axis=0))
