"""Two pictures in one, and the answer in proportion."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.modalities.image.mixing import mixed

COUNT, SIDE = 6, 20
# Each picture is of one level, its own number, so that a mixture tells how much of which it holds.
PICTURES = torch.arange(COUNT).float()[:, None, None, None].expand(COUNT, 3, SIDE, SIDE).contiguous()
TARGETS = torch.eye(COUNT)


@pytest.mark.parametrize("seed", range(20))
def test_the_answer_says_how_much_of_which_picture_is_there(seed: int) -> None:
    pictures, targets = mixed(PICTURES, TARGETS, np.random.default_rng(seed))
    assert pictures.shape == PICTURES.shape
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(COUNT))
    torch.testing.assert_close(pictures.mean(dim=(1, 2, 3)), targets @ torch.arange(COUNT).float(), atol=1e-4, rtol=0)
    assert torch.equal(PICTURES[2], torch.full((3, SIDE, SIDE), 2.0))  # the originals stay as they are


def test_some_are_cut_and_some_blended() -> None:
    first = (mixed(PICTURES, TARGETS, np.random.default_rng(seed))[0][0] for seed in range(40))
    cut = sum(len(np.unique(picture.numpy())) == 2 for picture in first)
    assert 5 < cut < 35


def test_the_same_seed_mixes_the_same() -> None:
    first, second = (mixed(PICTURES, TARGETS, np.random.default_rng(3)) for _ in range(2))
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])
