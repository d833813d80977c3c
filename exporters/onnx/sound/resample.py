"""Sounds at another pace: :func:`engine.modalities.audio.resample.resampled` as one convolution with a stride."""

from __future__ import annotations

import numpy as np

from engine.modalities.audio.resample import sinc_kernel
from exporters.onnx.graph import Graph
from exporters.onnx.sound.lengths import Length, padded, part, reshaped


def resampled(graph: Graph, waves: str, rate: int) -> str:
    """Return ``waves`` [N, n] as if they had been recorded at ``rate``, float32 [N, ceil(n L / M)] at 16 kHz."""
    kernel, step = sinc_kernel(rate)  # [W, L], M
    width, made = kernel.shape
    half = (width - step) // 2
    length = Length.of(graph, waves, 1)
    wanted = (length * made).ceil_div(step)
    frames = wanted.ceil_div(made)
    needed = (frames - 1) * step + width
    after = (needed - half - length).at_least(0)
    long = padded(graph, waves, half, after, axis=1)
    views = graph.add("Unsqueeze", long, graph.constant([1], np.int64))
    answers = graph.add("Conv", views, graph.constant(kernel.T[:, None, :], np.float32), strides=[step])  # [N, L, b]
    in_order = reshaped(graph, graph.add("Transpose", answers, perm=[0, 2, 1]), Length.of(graph, waves, 0), -1)
    return part(graph, in_order, 0, wanted, axis=1)
