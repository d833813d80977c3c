"""One operation of random strength a picture."""

from __future__ import annotations

import torch

from engine.modalities.image.trivial import trivially_varied

SIDE = 24


def varied(seed: int) -> torch.Tensor:
    plain = torch.linspace(0.0, 255.0, SIDE).expand(16, 3, SIDE, SIDE)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return trivially_varied(plain)


def test_pictures_change_each_in_its_own_way_and_the_same_for_the_same_random_numbers() -> None:
    found = varied(0)
    assert found.shape == (16, 3, SIDE, SIDE)
    assert found.dtype == torch.float32
    assert 0.0 <= float(found.min()) < float(found.max()) <= 255.0
    assert torch.equal(found, varied(0))
    assert not torch.equal(found, varied(1))
    assert len({tuple(picture.flatten().tolist()) for picture in found}) > 4
