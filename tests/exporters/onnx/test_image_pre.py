"""The resize inside the graph: compared with the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.modalities.image.resize import resize
from exporters.onnx.graph import FLOAT, UINT8, Graph
from exporters.onnx.image_pre import resized
from exporters.onnx.runtime import ort_session


def session_of(side: int) -> Any:
    graph = Graph(["image", "small"])
    graph.add_input("image", UINT8, ["N", "height", "width", 3])
    graph.add_output(resized(graph, "image", side), "small", FLOAT, ["N", 3, side, side])
    return ort_session(graph.build("resize", {}).SerializeToString())


@pytest.fixture(scope="module", params=[16, 32, 224])
def side(request: pytest.FixtureRequest) -> int:
    chosen: int = request.param
    return chosen


@pytest.fixture(scope="module")
def session(side: int) -> Any:
    return session_of(side)


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (1, 1, 777), (1, 900, 2), (2, 480, 640), (17, 33, 57), (3, 224, 224), (1, 1500, 2000)]
)
def test_any_size_becomes_what_the_engine_makes_of_it(session: Any, side: int, shape: tuple[int, int, int]) -> None:
    pictures = np.random.default_rng(sum(shape)).integers(0, 256, (*shape, 3), dtype=np.uint8)
    small = session.run(None, {"image": pictures})[0]
    expected = np.stack([resize(picture, side) for picture in pictures])
    assert np.abs(small - expected).max() < 2e-4  # of 255 levels


def test_one_session_takes_calls_of_different_sizes(session: Any, side: int) -> None:
    for height, width in ((3, 5), (300, 200), (5, 3)):
        small = session.run(None, {"image": np.full((2, height, width, 3), 77, dtype=np.uint8)})[0]
        assert small.shape == (2, 3, side, side)
        np.testing.assert_allclose(small, 77.0, atol=1e-4)
