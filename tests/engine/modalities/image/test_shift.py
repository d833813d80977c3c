from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.modalities.image.shift import shift


def pictures(size: int = 16, count: int = 40) -> Tensor:
    levels = np.random.default_rng(0).integers(0, 256, (count, 3, size, size), dtype=np.uint8)
    return torch.from_numpy(levels)


def moved(picture: Tensor, down: int, across: int, mirrored: bool) -> Tensor:
    """Move one picture in the plain way: pad by reflection, cut out."""
    seen = picture.flip(2) if mirrored else picture
    padded = torch.nn.functional.pad(seen.float()[None], (2, 2, 2, 2), mode="reflect")[0]
    return padded[:, 2 + down : 18 + down, 2 + across : 18 + across]


def test_each_is_one_of_the_moved_and_mirrored_pictures_and_all_kinds_occur() -> None:
    given = pictures(count=400)
    kinds = set()
    for picture, varied in zip(given, shift(given, np.random.default_rng(1)), strict=True):
        every = [(d, a, m) for d in range(-2, 3) for a in range(-2, 3) for m in (False, True)]
        found = [one for one in every if torch.equal(moved(picture, *one), varied)]
        assert len(found) == 1
        kinds.add(found[0])
    assert len(kinds) == 50


def test_what_must_not_be_mirrored_is_not() -> None:
    given = pictures(count=60)
    for picture, varied in zip(given, shift(given, np.random.default_rng(1), flip=False), strict=True):
        assert any(torch.equal(moved(picture, d, a, False), varied) for d in range(-2, 3) for a in range(-2, 3))


def test_the_same_random_gives_the_same() -> None:
    one, same, other = (shift(pictures(), np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_the_tiniest_pictures_stay_whole(size: int) -> None:
    assert torch.equal(shift(pictures(size), np.random.default_rng(0), flip=False), pictures(size).float())
