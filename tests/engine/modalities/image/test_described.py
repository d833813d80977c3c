from __future__ import annotations

import numpy as np

from engine.modalities.image.described import LOOKS, described
from engine.modalities.image.samples import ImageSamples


def test_photos_alike_lie_near_each_other_at_every_look() -> None:
    random = np.random.default_rng(0)
    grass = np.zeros((64, 64, 3), dtype=np.uint8)
    grass[..., 1] = random.integers(90, 200, (64, 64))
    stripes = np.repeat(np.tile(np.array([0, 255], dtype=np.uint8), 32)[None, :, None], 64, axis=0).repeat(3, axis=2)
    samples = ImageSamples.from_arrays([grass, np.roll(grass, 3, axis=1), stripes])
    looks = [described(samples, "cpu", threads=1, look=look) for look in range(LOOKS)]
    for told in looks:
        assert told.shape == (3, 1280)
        assert np.linalg.norm(told[0] - told[1]) < 0.5 * np.linalg.norm(told[0] - told[2])
    assert not np.allclose(looks[0], looks[1])
