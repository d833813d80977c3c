"""Log-mel spectrograms by one convolution and one matrix product: :mod:`engine.modalities.audio.logmel`.

ONNX's STFT is not used (ten times as slow, and its results are off by 0.003), nor its MelWeightMatrix, which rounds the
edges of the bands to the transform's frequencies.
"""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import Float32Array
from engine.modalities.audio.logmel import MelScale, fourier, mel_weights
from exporters.onnx.graph import DOUBLE, FLOAT, Graph
from exporters.onnx.sound.lengths import Length, padded, part, reshaped


def log_mel(graph: Graph, waves: str, scale: MelScale) -> str:
    """Return :func:`engine.modalities.audio.logmel.log_mel` of ``waves`` [N, n], as float32 [N, bands, T]."""
    short = (Length.known(graph, scale.window) - Length.of(graph, waves, 1)).at_least(0)
    long = padded(graph, waves, 0, short, axis=1)
    kernels = fourier(scale).T[:, None, :]  # [2 F, 1, window]
    views = graph.add("Unsqueeze", long, graph.constant([1], np.int64))
    both = graph.add("Conv", views, graph.constant(kernels, np.float32), strides=[scale.hop])
    squares, half = graph.add("Mul", both, both), len(kernels) // 2
    energy = graph.add("Add", part(graph, squares, 0, half, axis=1), part(graph, squares, half, 2 * half, axis=1))
    power = graph.add("MatMul", graph.constant(mel_weights(scale).T, np.float32), energy)
    return graph.add("Log", graph.add("Add", power, graph.constant(scale.floor, np.float32)))


def mel_power(graph: Graph, waves: str, scale: MelScale, weights: Float32Array, amplitude: bool = False) -> str:
    """Return the exact :func:`engine.modalities.audio.logmel.mel_power` of ``waves``, as float32 [N, bands, T].

    ``waves`` [N, n] are a window long or longer. ONNX Runtime has no convolution in float64, so windows are put
    together from the blocks that they share.
    """
    block = math.gcd(scale.window, scale.hop)
    frames = (Length.of(graph, waves, 1) - scale.window) // scale.hop + 1
    used = (frames - 1) * scale.hop + scale.window
    sounds = Length.of(graph, waves, 0)
    blocks = reshaped(graph, part(graph, waves, 0, used, axis=1), sounds, used // block, block)
    views = graph.add("Gather", blocks, _block_rows(graph, frames, scale, block), axis=1)
    windows = graph.cast(reshaped(graph, views, sounds, frames, scale.window), DOUBLE)
    both = graph.add("MatMul", windows, graph.cast(graph.constant(fourier(scale), np.float32), DOUBLE))
    squares, half = graph.add("Mul", both, both), scale.size // 2 + 1
    energy = graph.add("Add", part(graph, squares, 0, half, axis=2), part(graph, squares, half, 2 * half, axis=2))
    energy = graph.add("Sqrt", energy) if amplitude else energy
    power = graph.cast(graph.add("MatMul", energy, graph.constant(weights, np.float64)), FLOAT)
    return graph.add("Transpose", power, perm=[0, 2, 1])


def _block_rows(graph: Graph, frames: Length, scale: MelScale, block: int) -> str:
    """Return which blocks each frame is made of, int64 [T, window / block]."""
    zero, one = (graph.constant(value, np.int64) for value in (0, 1))
    places = graph.add("Range", zero, graph.add("Squeeze", frames.name, graph.constant([0], np.int64)), one)
    starts = graph.add("Mul", places, graph.constant(scale.hop // block, np.int64))
    column = graph.add("Unsqueeze", starts, graph.constant([1], np.int64))
    return graph.add("Add", column, graph.constant(np.arange(scale.window // block), np.int64))
