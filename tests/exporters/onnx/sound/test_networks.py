"""The networks that listen, written layer by layer: equal to torch's own answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.arrays import Float32Array
from engine.backbones.efficientnet_lite import load_lite0
from engine.backbones.speech import load_speech
from engine.backbones.weights import verified
from engine.backbones.yamnet import load_yamnet
from engine.modalities.audio.spectrogram import MIDDLE
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.runtime import ort_session
from exporters.onnx.sound.networks import heard_in_patches, heard_in_speech, seen


def run(write: Callable[[Graph, str], str], values: Float32Array) -> Float32Array:
    graph = Graph(["x", "y"])
    x = graph.add_input("x", FLOAT, ["N", "a", "b"])
    graph.add_output(write(graph, x), "y", FLOAT, ["N", "d"])
    found: Float32Array = ort_session(graph.build("network", {}).SerializeToString()).run(None, {"x": values})[0]
    return found


def noise(*shape: int) -> Float32Array:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 2, 3, 64, 65, 99])
def test_pictures_of_spectrograms_of_any_length_are_seen_alike(frames: int) -> None:
    network, levels = load_lite0(verified("efficientnet_lite0")), noise(2, 128, frames)
    with torch.inference_mode():
        middle = network.layers[:MIDDLE](torch.from_numpy(levels)[:, None].expand(-1, 3, -1, -1))
        last = network.layers[MIDDLE:](middle)
        parts = (middle.mean(dim=3).flatten(1), middle.amax(dim=3).flatten(1), last.mean(dim=(2, 3)))
        expected = torch.cat(parts, dim=1).numpy()
    np.testing.assert_allclose(run(lambda graph, x: seen(graph, network, x), levels), expected, atol=1e-4)


@pytest.mark.parametrize("frames", [76, 77, 91, 130])
def test_speech_of_any_length_is_heard_alike(frames: int) -> None:
    network, levels = load_speech(verified("speech_embedding")), noise(2, 32, frames)
    with torch.inference_mode():
        heard = network(torch.from_numpy(levels).transpose(1, 2), torch.full((2,), frames)).numpy()
    np.testing.assert_allclose(run(lambda graph, x: heard_in_speech(graph, network, x), levels), heard, atol=1e-4)


def test_events_are_heard_alike() -> None:
    network, patches = load_yamnet(verified("yamnet")), noise(3, 96, 64)
    with torch.inference_mode():
        heard = network(torch.from_numpy(patches)).numpy()
    np.testing.assert_allclose(run(lambda graph, x: heard_in_patches(graph, network, x), patches), heard, atol=1e-4)
