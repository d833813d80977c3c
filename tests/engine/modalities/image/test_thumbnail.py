from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.thumbnail import LENGTH, thumbnail_features, thumbnails
from tests.engine.modalities.image.pictures import samples, texture


def test_colours_come_first_and_are_block_means() -> None:
    picture = texture(1, 0)
    small = resize(picture, 32) / 255
    expected = small.reshape(3, 8, 4, 8, 4).mean(axis=(2, 4)).ravel()
    features = thumbnail_features(picture)
    assert features.shape == (LENGTH,)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features[:192], expected, atol=1e-6)


def test_edges_follow_in_four_directions() -> None:
    picture = np.zeros((32, 32, 3), dtype=np.uint8)
    picture[:, 16:] = 255
    right, left, down, up = (thumbnail_features(picture)[192:].reshape(4, 8, 8)).sum(axis=(1, 2))
    blank = 64 * np.sqrt(1e-4)
    assert right > blank + 1
    np.testing.assert_allclose((left, down, up), blank, rtol=1e-5)


def test_unreadable_pictures_have_none(tmp_path: Path) -> None:
    pictures: ImageSamples = samples(tmp_path / "p", [0, 1, 2])
    (tmp_path / "p" / "1.png").write_bytes(b"")
    found = dict(thumbnails(pictures, range(3), 2))
    assert found[1] is None
    assert found[0] is not None
    np.testing.assert_array_equal(found[0], thumbnail_features(texture(0, 0)))
