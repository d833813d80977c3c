from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.arrays import FloatArray
from engine.modalities.image.augment import FLIP, LIGHT, ZOOM, augment, mean_the_same, seen_otherwise

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
        ways = (FLIP, LIGHT, ZOOM) if flip else (LIGHT, ZOOM)
        varied = augment(pictures(200), SIZE, np.random.default_rng(0), ways)
        return float((varied[:, 0, :, 0].mean(dim=1) > varied[:, 0, :, -1].mean(dim=1)).float().mean())

    assert 0.4 < mirrored(True) < 0.6
    assert mirrored(False) == 0.0


def test_at_least_a_third_of_each_side_is_seen_and_never_upside_down() -> None:
    varied = augment(pictures(200), SIZE, np.random.default_rng(0), (LIGHT, ZOOM))
    seen = (varied[:, 1, -1].mean(dim=1) - varied[:, 1, 0].mean(dim=1)) / 255.0
    assert seen.min() > 0.33
    assert seen.max() < 1.3


def test_pictures_that_may_not_be_varied_are_only_made_smaller() -> None:
    plain = pictures(2)
    seen = augment(plain, SIDE, np.random.default_rng(0), ())
    torch.testing.assert_close(seen, plain.float(), atol=1e-2, rtol=0.0)
    lit = augment(plain, SIDE, np.random.default_rng(0), (LIGHT,))
    assert (lit.mean(dim=(2, 3)) - plain.float().mean(dim=(2, 3))).abs().max() > 2.0


def test_each_way_of_seeing_pictures_otherwise_is_one_that_they_are_varied_in() -> None:
    plain = pictures(2).float()
    assert torch.equal(seen_otherwise(plain, FLIP), plain.flip(3))
    dark, bright = seen_otherwise(plain, LIGHT).mean(dim=(1, 2, 3)) / plain.mean(dim=(1, 2, 3))
    assert dark < 0.85 < 1.05 < bright
    near = seen_otherwise(plain, ZOOM)
    assert near.shape == plain.shape
    assert plain[0, 0].max() - plain[0, 0].min() > 1.1 * (near[0, 0].max() - near[0, 0].min())


def losses_of_tags(left_and_right: bool) -> tuple[FloatArray, FloatArray]:
    """Losses of 32 samples with 40 tags each, as they are and mirrored; the last two tags may be left and right."""
    random = np.random.default_rng(0)
    plain = random.uniform(0.1, 0.5, (32, 40))
    mirrored = np.maximum(0.0, plain + random.normal(0.0, 0.2, plain.shape))
    if left_and_right:
        mirrored[:10, 38:] += 3.0
    return plain, mirrored


def test_among_many_tags_two_that_change_their_meaning_are_enough() -> None:
    assert mean_the_same(*losses_of_tags(left_and_right=False))
    plain, mirrored = losses_of_tags(left_and_right=True)
    assert mirrored.mean() < 1.25 * plain.mean() + 0.1  # lost in the mean over all
    assert not mean_the_same(plain, mirrored)


def test_what_is_worse_for_all_does_not_mean_the_same_nor_is_one_sample_an_argument() -> None:
    plain = np.full((32, 1), 0.2)
    assert mean_the_same(plain, plain * 1.5)
    assert not mean_the_same(plain, plain + 0.3)
    one = np.zeros((32, 40))
    one[0, 0] = 5.0
    assert mean_the_same(np.full((32, 40), 0.2), 0.2 + one)
