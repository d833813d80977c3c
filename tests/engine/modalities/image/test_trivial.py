"""One operation of random strength a picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import TrivialAugmentWide
from typing_extensions import override

from engine.modalities.image.trivial import MOST, STRENGTHS, Way, changed, drawn, strengths, trivially_varied

SIDE = 48
WAITS = {"_local_scalar_dense", "nonzero", "masked_select"}  # for a graphics card, as what comes next depends on it
THEIRS = TrivialAugmentWide(interpolation=InterpolationMode.BILINEAR, fill=127.0)
SPACE = THEIRS._AUGMENTATION_SPACE


def pictures(count: int, side: int = SIDE) -> Tensor:
    """Noisy pictures of a few colours, none of which has all levels; one is of a single level."""
    random = np.random.default_rng(0)
    found = random.integers(40, 90, (count, 3, side, side)) + random.integers(0, 120, (count, 3, 1, 1))
    found[0] = 70
    return torch.from_numpy(found).float()


def theirs(picture: Tensor, way: Way, strength: float) -> Tensor:
    """What torchvision makes of a picture."""
    name = list(SPACE)[way]
    magnitude = 8 - round(math.log2(strength)) if way is Way.POSTERIZE else strength
    interpolation, fill = THEIRS.interpolation, THEIRS._fill
    found: Tensor = THEIRS._apply_image_or_video_transform(
        picture.to(torch.uint8), name, magnitude, interpolation=interpolation, fill=fill
    )
    return found.float()


@pytest.mark.parametrize("way", Way)
def test_each_way_does_to_pictures_what_torchvision_does_however_strong_it_is(way: Way) -> None:
    strength = strengths()[way]
    strength = np.concatenate([strength, -strength]) if way in MOST else strength
    plain = pictures(len(strength))
    found = changed(plain, np.full(len(strength), int(way)), strength)
    expected = torch.stack([theirs(picture, way, much) for picture, much in zip(plain, strength.tolist(), strict=True)])
    torch.testing.assert_close(found, expected, atol=1.0, rtol=0.0)
    assert (found == expected).float().mean() > 0.95
    assert torch.equal(found, plain) is (way is Way.IDENTITY)


def test_each_picture_is_changed_in_its_own_way_and_stays_in_its_place() -> None:
    random = np.random.default_rng(1)
    ways, strength = drawn(100, random)
    plain = pictures(100)
    found = changed(plain, ways, strength)
    for place, (way, much) in enumerate(zip(ways.tolist(), strength.tolist(), strict=True)):
        torch.testing.assert_close(found[place], theirs(plain[place], Way(way), much), atol=1.0, rtol=0.0)


def test_it_is_drawn_from_what_torchvision_draws_from() -> None:
    assert len(SPACE) == len(Way)
    for way, (magnitudes, signed) in zip(Way, SPACE.values(), strict=True):
        known = magnitudes(STRENGTHS, SIDE, SIDE)
        expected = np.zeros(STRENGTHS) if known is None else known.numpy()
        expected = np.ldexp(1.0, 8 - expected) if way is Way.POSTERIZE else expected
        np.testing.assert_array_equal(strengths()[way], expected)
        assert signed is (way in MOST)


def test_all_ways_strengths_and_directions_are_as_likely() -> None:
    count = 40_000
    ways, strength = drawn(count, np.random.default_rng(0))
    each = count / len(Way)
    assert np.abs(np.bincount(ways, minlength=len(Way)) - each).max() < 5.0 * each**0.5
    for way in MOST:
        mine = strength[ways == way]
        often = [(np.abs(mine) == step).sum() for step in strengths()[way]]
        assert np.abs(np.array(often) - each / STRENGTHS).max() < 5.0 * (each / STRENGTHS) ** 0.5
        assert 0.45 < (mine > 0.0).sum() / (mine != 0.0).sum() < 0.55
    assert (strength[~np.isin(ways, list(MOST))] >= 0.0).all()


def test_the_same_random_numbers_change_pictures_in_the_same_way_and_others_in_others() -> None:
    plain = pictures(16)
    first, same, other = (trivially_varied(plain, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first.shape == plain.shape
    assert first.dtype == torch.float32
    assert 0.0 <= float(first.min()) < float(first.max()) <= 255.0
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


class Calls(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Remembers what PyTorch is asked to compute."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: list[str] = []

    @override
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def test_many_pictures_are_changed_in_no_more_calls_than_few_and_nothing_waits_for_a_card() -> None:
    def asked(count: int) -> list[str]:
        plain = pictures(count, side=8)
        calls = Calls()
        with calls:
            trivially_varied(plain, np.random.default_rng(0))
        return calls.names

    strengths()  # found but once
    few, many = asked(300), asked(600)  # among 300 there are all ways
    assert few == many
    assert len(many) < 300
    assert not WAITS & set(many)
