"""Log-mel spectrograms by one convolution and one matrix product: :mod:`engine.modalities.audio.logmel`.

ONNX's STFT is not used (ten times as slow, and its results are off by 0.003), nor its MelWeightMatrix, which rounds the
edges of the bands to the transform's frequencies.
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array
from engine.modalities.audio.logmel import MelScale, fourier, mel_weights
from exporters.onnx.graph import Graph
from exporters.onnx.sound.lengths import Length, padded, part


def mel_power(graph: Graph, waves: str, scale: MelScale, weights: Float32Array, amplitude: bool = False) -> str:
    """Return :func:`engine.modalities.audio.logmel.mel_power` of ``waves`` [N, n], as float32 [N, bands, T]."""
    short = (Length.known(graph, scale.window) - Length.of(graph, waves, 1)).at_least(0)
    long = padded(graph, waves, 0, short, axis=1)
    kernels = fourier(scale).T[:, None, :]  # [2 F, 1, window]
    views = graph.add("Unsqueeze", long, graph.constant([1], np.int64))
    both = graph.add("Conv", views, graph.constant(kernels, np.float32), strides=[scale.hop])
    squares, half = graph.add("Mul", both, both), len(kernels) // 2
    energy = graph.add("Add", part(graph, squares, 0, half, axis=1), part(graph, squares, half, 2 * half, axis=1))
    energy = graph.add("Sqrt", energy) if amplitude else energy
    return graph.add("MatMul", graph.constant(weights.T, np.float32), energy)


def log_mel(graph: Graph, waves: str, scale: MelScale) -> str:
    """Return :func:`engine.modalities.audio.logmel.log_mel` of ``waves`` [N, n], as float32 [N, bands, T]."""
    power = mel_power(graph, waves, scale, mel_weights(scale))
    return graph.add("Log", graph.add("Add", power, graph.constant(scale.floor, np.float32)))
