"""What a network for pictures sees in a spectrogram: :mod:`engine.modalities.audio.spectrogram`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.backbones.efficientnet_lite import EfficientNetLite, load_lite0
from engine.backbones.weights import verified
from engine.modalities.audio.kinds import PICTURES
from engine.modalities.audio.spectrogram import CONTRAST, LENGTH, LITTLE, LONGEST, SCALE
from exporters.onnx.graph import DOUBLE, FLOAT, Graph
from exporters.onnx.inputs.audio import AudioInputs
from exporters.onnx.sound.logmel import log_mel
from exporters.onnx.sound.networks import seen
from exporters.onnx.sound.pieces import mean_over_pieces


def write(graph: Graph, inputs: AudioInputs) -> str:
    """Return float32 [N, 3072]."""
    levels = _picture(graph, log_mel(graph, inputs.waves, SCALE))
    return mean_over_pieces(graph, levels, SCALE.bands, LONGEST, lambda piece: seen(graph, _network(), piece), LENGTH)


def _picture(graph: Graph, frames: str) -> str:
    """Return the levels [N, bands, T], the highest band first: mean 0, deviation 0.5."""
    whole = graph.constant([1, 2], np.int64)
    exact = graph.cast(frames, DOUBLE)  # a mean over a million numbers
    away = graph.add("Sub", exact, graph.add("ReduceMean", exact, whole, keepdims=1))
    deviation = graph.add("Sqrt", graph.add("ReduceMean", graph.add("Mul", away, away), whole, keepdims=1))
    spread = graph.add("Add", deviation, graph.constant(LITTLE, np.float64))
    levels = graph.cast(graph.add("Mul", away, graph.add("Div", graph.constant(CONTRAST, np.float64), spread)), FLOAT)
    last, before_first, axis = (graph.constant([value], np.int64) for value in (-1, np.iinfo(np.int64).min, 1))
    return graph.add("Slice", levels, last, before_first, axis, last)


@lru_cache(maxsize=1)
def _network() -> EfficientNetLite:
    return load_lite0(verified(PICTURES))
