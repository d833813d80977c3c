"""Frozen-network members: the whole picture, its middle, and pictures of any size."""

from __future__ import annotations

import numpy as np
import pytest

from engine.modalities.image.resize import middle
from exporters.onnx.graph import UINT8, Graph
from exporters.onnx.image_pre import middle as middle_in
from exporters.onnx.runtime import ort_session
from tests.exporters.models import PICTURES, apart, features, model_of, pictures


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (30, 30), (40, 61), (97, 12)])
def test_the_middle_of_a_picture_is_the_same_pixels_as_in_the_engine(size: tuple[int, int]) -> None:
    graph = Graph(["x", "y"])
    cut = middle_in(graph, graph.add_input("x", UINT8, ["N", "height", "width", 3]))
    graph.add_output(cut, "y", UINT8, ["N", "side", "side", 3])
    some = np.random.default_rng(0).integers(0, 256, (2, *size, 3), dtype=np.uint8)
    cuts = ort_session(graph.build("middle", {}).SerializeToString()).run(None, {"x": some})[0]
    np.testing.assert_array_equal(cuts, np.stack([middle(picture) for picture in some]))


def test_pictures_of_any_size_get_the_members_answer() -> None:
    for looked_at in (False, True):
        assert apart(model_of(PICTURES, features(PICTURES, middle=looked_at)), pictures(6, seed=1)) <= 1e-5
