"""Pictures as they might also have been taken: cropped, mirrored, in other light."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

_SMALLEST = 0.5
_ASPECT = 4.0 / 3.0
_LIGHT = 0.2
_GREY = (0.299, 0.587, 0.114)


def augment(pictures: Tensor, size: int, random: np.random.Generator, flip: bool = True) -> Tensor:
    """Return varied pictures float32 [n, 3, size, size] of levels 0 to 255, from uint8 [n, 3, S, S].

    Each is a random part of at least half the area, stretched to the square, mirrored half of the time where ``flip``,
    with brightness, contrast and colourfulness changed by at most a fifth. The same ``random`` gives the same pictures.
    """
    count = len(pictures)
    where = torch.from_numpy(_crops(count, random, flip)).to(pictures.device)
    grid = F.affine_grid(where, [count, 3, size, size], align_corners=False)
    seen = F.grid_sample(pictures.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    factors = random.uniform(1.0 - _LIGHT, 1.0 + _LIGHT, (3, count, 1, 1, 1)).astype(np.float32)
    bright, contrast, colourful = torch.from_numpy(factors).to(pictures.device)
    grey = (seen * torch.tensor(_GREY, device=seen.device)[:, None, None]).sum(dim=1, keepdim=True)
    seen = grey + (seen - grey) * colourful
    middle = grey.mean(dim=(2, 3), keepdim=True)
    varied: Tensor = ((seen - middle) * contrast + middle * bright).clamp(0.0, 255.0)
    return varied


def _crops(count: int, random: np.random.Generator, flip: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the affine maps [n, 2, 3] from the square -1 to 1 to a part of itself."""
    area = random.uniform(_SMALLEST, 1.0, count)
    aspect = np.exp(random.uniform(-np.log(_ASPECT), np.log(_ASPECT), count))
    wide, high = np.minimum(1.0, np.sqrt(area * aspect)), np.minimum(1.0, np.sqrt(area / aspect))
    across, down = random.uniform(-1.0, 1.0, (2, count))
    mirrored = random.random(count) < 0.5 * flip
    maps = np.zeros((count, 2, 3), dtype=np.float32)
    maps[:, 0, 0] = np.where(mirrored, -wide, wide)
    maps[:, 1, 1] = high
    maps[:, 0, 2], maps[:, 1, 2] = across * (1.0 - wide), down * (1.0 - high)
    return maps
