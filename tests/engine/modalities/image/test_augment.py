from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.modalities.image.augment import augment

SIDE, SIZE = 40, 32


def pictures(count: int) -> Tensor:
    """Pictures whose red grows to the right and whose green grows downwards."""
    ramp = torch.linspace(0, 255, SIDE)
    red, green = ramp.expand(SIDE, SIDE), ramp[:, None].expand(SIDE, SIDE)
    return torch.stack([red, green, torch.full_like(red, 99.0)]).to(torch.uint8).repeat(count, 1, 1, 1)


def test_the_same_random_numbers_give_the_same_pictures() -> None:
    first, same, other = (augment(pictures(4), SIZE, np.random.default_rng(seed)) for seed in (3, 3, 4))
    torch.testing.assert_close(first, same)
    assert first.shape == (4, 3, SIZE, SIZE)
    assert first.dtype == torch.float32
    assert (first - other).abs().max() > 5.0
    assert (first[0] - first[1]).abs().max() > 5.0


def test_levels_stay_levels() -> None:
    bright = torch.full((8, 3, SIDE, SIDE), 250, dtype=torch.uint8)
    varied = augment(bright, SIZE, np.random.default_rng(0))
    assert 150.0 < varied.min() < varied.max() <= 255.0


def test_about_half_are_mirrored_and_none_where_that_would_change_their_meaning() -> None:
    def mirrored(flip: bool) -> float:
        varied = augment(pictures(200), SIZE, np.random.default_rng(0), flip)
        return float((varied[:, 0, :, 0].mean(dim=1) > varied[:, 0, :, -1].mean(dim=1)).float().mean())

    assert 0.4 < mirrored(True) < 0.6
    assert mirrored(False) == 0.0


def test_at_least_a_third_of_each_side_is_seen_and_never_upside_down() -> None:
    varied = augment(pictures(200), SIZE, np.random.default_rng(0), flip=False)
    seen = (varied[:, 1, -1].mean(dim=1) - varied[:, 1, 0].mean(dim=1)) / 255.0
    assert seen.min() > 0.33
    assert seen.max() < 1.3
