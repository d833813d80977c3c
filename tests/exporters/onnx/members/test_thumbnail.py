"""Thumbnail members: colours and edges."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import ByteArray
from engine.modalities.image.samples import ImageSamples
from exporters.onnx.compose import compose
from tests.exporters.models import PICTURES, apart, model_of, thumbnail


def slope(axis: int, falling: bool) -> ByteArray:
    """A picture that gets steadily brighter, or darker, along one axis."""
    ramp = np.linspace(0, 255, 64).astype(np.uint8)[:: -1 if falling else 1]
    grey = np.tile(ramp, (64, 1)) if axis == 1 else np.tile(ramp[:, None], (1, 64))
    return np.ascontiguousarray(np.stack([grey, 255 - grey, grey // 2], axis=2))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("falling", [False, True])
def test_edges_of_every_direction_are_seen_alike(axis: int, falling: bool) -> None:
    assert apart(model_of(PICTURES, thumbnail(PICTURES)), ImageSamples.from_arrays([slope(axis, falling)])) <= 1e-6


def test_pictures_without_any_edge_are_answered_alike() -> None:
    flat = [np.full((9, 70, 3), level, dtype=np.uint8) for level in (0, 1, 254, 255)]
    assert apart(model_of(PICTURES, thumbnail(PICTURES)), ImageSamples.from_arrays(flat)) <= 1e-6


def test_two_members_share_the_thumbnail() -> None:
    one, two = (compose(model_of(PICTURES, *[thumbnail(PICTURES)] * count)) for count in (1, 2))
    for op in ("Sqrt", "Pad"):
        counts = [sum(node.op_type == op for node in graph.nodes) for graph in (one, two)]
        assert counts[1] - counts[0] == (1 if op == "Sqrt" else 0)  # the head has a root of its own
