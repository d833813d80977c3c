"""Spectrograms in graphs: the engine's, to a ten-thousandth of a step that can be heard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.arrays import Float32Array
from engine.modalities.audio import logmel as of_engine
from engine.modalities.audio.logmel import MelScale, mel_weights
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.runtime import ort_session
from exporters.onnx.sound.logmel import log_mel, mel_power

SCALES = (MelScale(), MelScale(window=800, hop=320, size=1024, bands=128, floor=1e-6))


def run(write: Callable[[Graph, str], str], bands: int, waves: Float32Array) -> Float32Array:
    """What the graph makes of sounds, [N, T, bands]."""
    graph = Graph(["x", "y"])
    graph.add_output(write(graph, graph.add_input("x", FLOAT, ["N", "n"])), "y", FLOAT, ["N", bands, "t"])
    found: Float32Array = ort_session(graph.build("mel", {}).SerializeToString()).run(None, {"x": waves})[0]
    return found.transpose(0, 2, 1)


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: str(scale.window))
@pytest.mark.parametrize("length", [1, 399, 400, 801, 1119, 1120, 16_000])
def test_spectrograms_of_every_length_are_the_engines(scale: MelScale, length: int) -> None:
    waves = np.random.default_rng(0).uniform(-1, 1, (2, length)).astype(np.float32)
    found = run(lambda graph, x: log_mel(graph, x, scale), scale.bands, waves)
    np.testing.assert_allclose(found, [of_engine.log_mel(wave, scale) for wave in waves], atol=1e-4)


@pytest.mark.parametrize("amplitude", [False, True])
@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: str(scale.window))
def test_exact_powers_agree_even_where_next_to_nothing_is_beside_the_loudest(scale: MelScale, amplitude: bool) -> None:
    time = np.arange(4_000) / 16_000
    waves = np.stack([np.sin(2 * np.pi * 440.0 * time), np.full(4_000, 0.7)]).astype(np.float32)
    weights = mel_weights(scale)
    found = run(lambda graph, x: mel_power(graph, x, scale, weights, amplitude), scale.bands, waves)
    expected = [of_engine.mel_power(wave, scale, weights, amplitude, exact=True) for wave in waves]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-30)
    assert found.max() / found.min() > 1e5


def test_in_float32_those_powers_are_off_by_what_parity_does_not_allow() -> None:
    wave = np.full(4_000, 0.7, dtype=np.float32)
    exact, quick = (of_engine.mel_power(wave, SCALES[0], mel_weights(SCALES[0]), exact=way) for way in (True, False))
    assert np.abs(np.log(quick) - np.log(exact)).max() > 1e-3
