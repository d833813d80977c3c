"""What the network of sound events hears: :mod:`engine.modalities.audio.events`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.backbones.weights import verified
from engine.backbones.yamnet import BANDS, FRAMES, EventNetwork, load_yamnet
from engine.backbones.yamnet import LENGTH as HEARD
from engine.modalities.audio.events import FLOOR, HOP, MANY, SCALE, weights
from engine.modalities.audio.kinds import EVENTS
from exporters.onnx.graph import Graph
from exporters.onnx.inputs.audio import AudioInputs
from exporters.onnx.sound.lengths import Length, padded, reshaped
from exporters.onnx.sound.logmel import mel_power
from exporters.onnx.sound.networks import heard_in_patches


def write(graph: Graph, inputs: AudioInputs) -> str:
    """Return float32 [N, 4096]: the means over the patches, then the largest."""
    levels = _levels(graph, inputs.waves)
    sounds, rows = Length.of(graph, levels, 0), _patch_rows(graph, Length.of(graph, levels, 1))
    patches = graph.add("Gather", levels, rows, axis=1)  # [N, p, 96, 64]
    each = reshaped(graph, patches, -1, FRAMES, BANDS)
    heard = reshaped(graph, heard_in_patches(graph, _network(), each), sounds, Length.of(graph, rows, 0), HEARD)
    over = graph.constant([1], np.int64)
    mean, largest = (graph.add(op, heard, over, keepdims=0) for op in ("ReduceMean", "ReduceMax"))
    return graph.add("Concat", mean, largest, axis=1)


def _levels(graph: Graph, waves: str) -> str:
    """Return the levels float32 [N, T, 64], T being 96 or more."""
    short = (Length.known(graph, SCALE.samples(FRAMES)) - Length.of(graph, waves, 1)).at_least(0)
    power = mel_power(graph, padded(graph, waves, 0, short, axis=1), SCALE, weights(), amplitude=True)
    level = graph.add("Log", graph.add("Add", power, graph.constant(FLOOR, np.float32)))
    return graph.add("Transpose", level, perm=[0, 2, 1])


def _patch_rows(graph: Graph, count: Length) -> str:
    """Return which frames each patch holds, int64 [p, 96]: the last patch ends with the sound."""
    last = count - FRAMES
    many = graph.add("Greater", last.name, graph.constant([HOP * MANY], np.int64))
    hops = (graph.constant([hop], np.int64) for hop in (FRAMES, HOP))
    hop = Length(graph, graph.add("Where", many, *hops))
    zero, one = (graph.constant(value, np.int64) for value in (0, 1))
    patches = graph.add("Squeeze", (last.ceil_div(hop) + 1).name, graph.constant([0], np.int64))
    starts = graph.add("Mul", graph.add("Range", zero, patches, one), hop.name)
    column = graph.add("Unsqueeze", graph.add("Min", starts, last.name), graph.constant([1], np.int64))
    return graph.add("Add", column, graph.constant(np.arange(FRAMES), np.int64))


@lru_cache(maxsize=1)
def _network() -> EventNetwork:
    return load_yamnet(verified(EVENTS))
