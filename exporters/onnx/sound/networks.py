"""The networks that listen, written layer by layer: sizes that only a call knows make torch's own exporter slow."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from engine.backbones.efficientnet_lite import EfficientNetLite
from engine.backbones.speech import HEARD, LEAST, LITTLE, SLOPE, SpeechNetwork
from engine.backbones.yamnet import EventNetwork
from engine.modalities.audio.spectrogram import MIDDLE
from exporters.onnx.graph import Graph
from exporters.onnx.lite import lite_layers


def seen(graph: Graph, network: EfficientNetLite, levels: str) -> str:
    """Return what the network sees in pieces [n, bands, t] of spectrograms, float32 [n, 3072]."""
    plane = graph.add("Unsqueeze", levels, graph.constant([1], np.int64))
    layers = list(network.layers)
    middle = lite_layers(graph, layers[:MIDDLE], graph.add("Concat", plane, plane, plane, axis=1))
    last = lite_layers(graph, layers[MIDDLE:], middle)
    over_time = [graph.add(op, middle, graph.constant([3], np.int64), keepdims=0) for op in ("ReduceMean", "ReduceMax")]
    whole = graph.add("ReduceMean", last, graph.constant([2, 3], np.int64), keepdims=0)
    return graph.add("Concat", *(graph.add("Flatten", part) for part in over_time), whole, axis=1)


def heard_in_speech(graph: Graph, network: SpeechNetwork, levels: str) -> str:
    """Return what the network hears in pieces [n, bands, t] of levels, all of it sound, float32 [n, 2592]."""
    in_time = graph.add("Transpose", levels, perm=[0, 2, 1])
    x = graph.add("Unsqueeze", in_time, graph.constant([1], np.int64))
    told: list[str] = []
    for place, part in enumerate(network.parts):
        assert isinstance(part, nn.Sequential)
        x = _speech_part(graph, part, x)
        if place >= len(network.parts) - HEARD:
            told += _summary(graph, x)
    return graph.add("Concat", *told, axis=1)


def heard_in_patches(graph: Graph, network: EventNetwork, patches: str) -> str:
    """Return what the network hears in patches [p, 96, 64], float32 [p, 2048]."""
    x = graph.add("Unsqueeze", patches, graph.constant([1], np.int64))
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            before, after = module.padding[0], int(module.padding[0]) + (module.stride[0] > 1)
            x = graph.add("Relu", _convolution(graph, module, x, pads=[before, before, after, after]))
    return graph.add("Flatten", graph.add("ReduceMean", x, graph.constant([2], np.int64), keepdims=0))


def _speech_part(graph: Graph, part: nn.Sequential, x: str) -> str:
    for module in part:
        if isinstance(module, nn.Conv2d):
            around, bands = (int(size) for size in module.padding)
            y = _convolution(graph, module, x, pads=[around, bands, around, bands])
            x = graph.add("Max", graph.add("LeakyRelu", y, alpha=SLOPE), graph.constant(LEAST, np.float32))
        else:
            assert isinstance(module, nn.MaxPool2d)
            x = graph.add("MaxPool", x, kernel_shape=module.kernel_size, strides=module.kernel_size)
    return x


def _summary(graph: Graph, state: str) -> list[str]:
    """Return the mean, the deviation and the largest [n, C b] over time."""
    time = graph.constant([2], np.int64)
    kept = graph.add("ReduceMean", state, time, keepdims=1)
    away = graph.add("Sub", state, kept)
    variance = graph.add("ReduceMean", graph.add("Mul", away, away), time, keepdims=1)
    deviation = graph.add("Sqrt", graph.add("Add", variance, graph.constant(LITTLE, np.float32)))
    largest = graph.add("ReduceMax", state, time, keepdims=1)
    return [graph.add("Flatten", part) for part in (kept, deviation, largest)]


def _convolution(graph: Graph, module: nn.Conv2d, x: str, **padding: Any) -> str:
    assert module.bias is not None
    weight, bias = (graph.constant(values.detach().numpy(), np.float32) for values in (module.weight, module.bias))
    return graph.add("Conv", x, weight, bias, strides=list(module.stride), group=module.groups, **padding)
