"""Sounds at another pace."""

from __future__ import annotations

import numpy as np
import pytest

from engine.modalities.audio.resample import resampled as of_engine
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.runtime import ort_session
from exporters.onnx.sound.resample import resampled


@pytest.mark.parametrize("rate", [14_000, 18_000, 44_100])
def test_every_length_is_resampled_as_the_engine_does(rate: int) -> None:
    graph = Graph(["x", "y"])
    graph.add_output(resampled(graph, graph.add_input("x", FLOAT, ["N", "n"]), rate), "y", FLOAT, ["N", "m"])
    session = ort_session(graph.build("pace", {}).SerializeToString())
    rng = np.random.default_rng(0)
    for length in (1, 2, 17, 126, 127, 1000, 12_345):
        waves = rng.uniform(-1, 1, (2, length)).astype(np.float32)
        expected = np.stack([np.concatenate([*of_engine([wave], rate)]) for wave in waves])
        np.testing.assert_allclose(session.run(None, {"x": waves})[0], expected, atol=2e-6)
