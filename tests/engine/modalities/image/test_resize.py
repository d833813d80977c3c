from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.modalities.image.resize import matrix, resize


def by_torch(picture: np.ndarray, size: int) -> np.ndarray:
    planes = torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32))
    resized = torch.nn.functional.interpolate(planes, (size, size), mode="bilinear", antialias=True)
    return resized[0].numpy()


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 300), width=st.integers(1, 300), size=st.sampled_from([16, 32, 96, 128]))
def test_it_equals_torch_with_antialias(height: int, width: int, size: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    np.testing.assert_allclose(resize(picture, size), by_torch(picture, size), atol=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (1500, 2000), (40_000, 3)])
def test_bands_equal_the_whole_matrix_product(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    planes = picture.transpose(2, 0, 1).astype(np.float32)
    whole = matrix(shape[0], 128) @ planes @ matrix(shape[1], 128).T
    np.testing.assert_allclose(resize(picture, 128), whole, atol=2e-3)


def test_a_photo_is_made_small_without_becoming_numbers_as_a_whole() -> None:
    picture = np.zeros((6000, 4000, 3), dtype=np.uint8)
    tracemalloc.start()
    try:
        resize(picture, 32)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000


@given(size_in=st.integers(1, 500), size_out=st.integers(1, 300))
def test_weights_are_shares(size_in: int, size_out: int) -> None:
    weights = matrix(size_in, size_out)
    assert weights.shape == (size_out, size_in)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-5)


def test_a_plain_picture_stays_plain() -> None:
    picture = np.full((37, 91, 3), (10, 20, 30), dtype=np.uint8)
    np.testing.assert_allclose(resize(picture, 64).mean(axis=(1, 2)), (10, 20, 30), atol=1e-3)
