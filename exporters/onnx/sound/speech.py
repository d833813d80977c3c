"""What the speech network hears: :mod:`engine.modalities.audio.speech`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.backbones.speech import BANDS, LENGTH, SHORTEST, SpeechNetwork, load_speech
from engine.backbones.weights import verified
from engine.modalities.audio.kinds import SPEECH
from engine.modalities.audio.speech import LEAST_POWER, LONGEST, PACE_RATES, RAISED, RANGE, SCALE, weights
from exporters.onnx.graph import Graph
from exporters.onnx.inputs.audio import AudioInputs
from exporters.onnx.sound.lengths import Length, padded
from exporters.onnx.sound.logmel import mel_power
from exporters.onnx.sound.networks import heard_in_speech
from exporters.onnx.sound.pieces import mean_over_pieces
from exporters.onnx.sound.resample import resampled


def write(graph: Graph, inputs: AudioInputs) -> str:
    """Return float32 [N, 2592] of the sounds as they are."""
    return inputs.shared("speech", lambda: heard(graph, speech_levels(graph, inputs), _frozen()))


def write_at_paces(graph: Graph, inputs: AudioInputs) -> str:
    """Return float32 [N, 2592]: the mean over the sounds as they are, slower and faster."""
    paces = [heard(graph, _levels(graph, resampled(graph, inputs.waves, rate)), _frozen()) for rate in PACE_RATES]
    total = graph.add("Sum", write(graph, inputs), *paces)
    return graph.add("Div", total, graph.constant(1.0 + len(paces), np.float32))


def speech_levels(graph: Graph, inputs: AudioInputs) -> str:
    """Return the levels float32 [N, 32, T] of the sounds, T being 76 or more; members share them."""
    return inputs.shared("speech levels", lambda: _levels(graph, inputs.waves))


def heard(graph: Graph, levels: str, network: SpeechNetwork) -> str:
    """Return what a network hears of levels [N, 32, T], float32 [N, 2592]."""
    return mean_over_pieces(graph, levels, BANDS, LONGEST, lambda piece: heard_in_speech(graph, network, piece), LENGTH)


def _levels(graph: Graph, waves: str) -> str:
    short = (Length.known(graph, SCALE.samples(SHORTEST)) - Length.of(graph, waves, 1)).at_least(0)
    before = short // 2
    power = mel_power(graph, padded(graph, waves, before, short - before, axis=1), SCALE, weights())
    least, ten = (graph.constant(value, np.float32) for value in (LEAST_POWER, np.log(10.0)))
    level = graph.add("Div", graph.add("Log", graph.add("Max", power, least)), ten)
    loudest = graph.add("ReduceMax", level, graph.constant([1, 2], np.int64), keepdims=1)
    quietest = graph.add("Sub", loudest, graph.constant(RANGE, np.float32))
    return graph.add("Add", graph.add("Max", level, quietest), graph.constant(RAISED, np.float32))


@lru_cache(maxsize=1)
def _frozen() -> SpeechNetwork:
    return load_speech(verified(SPEECH))
