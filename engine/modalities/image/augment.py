"""Pictures as they might also have been taken: cropped, mirrored, in other light; unless that changes what they show.

Whether it does is told by a head on what the pretrained network sees of them: it answers worse for pictures that mean
something else now, such as letters that are mirrored, or numbers that say how bright or how large something is. Photos
of six kinds and tiny pictures of ten lose nothing by it (log-loss of 128 held out, plain | mirrored | other light |
nearer: 0.791 | 0.789 | 0.782 | 0.798 and 0.928 | 0.920 | 0.937 | 0.961).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.arrays import FloatArray
from engine.finetune.waiting import sent

_SMALLEST = 0.5
_ASPECT = 4.0 / 3.0
_LIGHT = 0.2
_GREY = (0.299, 0.587, 0.114)

FLIP, LIGHT, ZOOM = "flip", "light", "zoom"  # ways in which pictures may be varied
# Of varied pictures whose log-loss a sample is greater by this much than that of plain ones some mean something else,
_FACTOR, _SLACK = 1.25, 0.1
# and so do those of a class whose losses add up to this much more, by so many times what single ones do by chance.
_CLEAR, _SURE = 4.0, 2.0


def augment(
    pictures: Tensor, size: int, random: np.random.Generator, ways: Collection[str] = (FLIP, LIGHT, ZOOM)
) -> Tensor:
    """Return varied pictures float32 [n, 3, size, size] of levels 0 to 255, from uint8 [n, 3, S, S].

    Each is a random part of at least half the area, stretched to the square (``ZOOM``), mirrored half of the time
    (``FLIP``), with brightness, contrast and colourfulness changed by at most a fifth (``LIGHT``); only in those
    ``ways``. The same ``random`` gives the same pictures.
    """
    count = len(pictures)
    where = sent(torch.from_numpy(_crops(count, random, ways)), pictures.device)
    grid = F.affine_grid(where, [count, 3, size, size], align_corners=False)
    seen = F.grid_sample(pictures.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    most = _LIGHT * (LIGHT in ways)
    factors = random.uniform(1.0 - most, 1.0 + most, (3, count, 1, 1, 1)).astype(np.float32)
    bright, contrast, colourful = sent(torch.from_numpy(factors), pictures.device)
    grey = (seen * sent(torch.tensor(_GREY), pictures.device)[:, None, None]).sum(dim=1, keepdim=True)
    seen = grey + (seen - grey) * colourful
    middle = grey.mean(dim=(2, 3), keepdim=True)
    varied: Tensor = ((seen - middle) * contrast + middle * bright).clamp(0.0, 255.0)
    return varied


def seen_otherwise(pictures: Tensor, way: str) -> Tensor:
    """Return pictures float32 [n, 3, S, S] all varied in one way: light as far as ever, zoom as far as usual."""
    if way == FLIP:
        return pictures.flip(3)
    if way == LIGHT:
        factors = torch.full((len(pictures), 1, 1, 1), 1.0 + _LIGHT, device=pictures.device)
        factors[::2] = 1.0 - _LIGHT
        return (pictures * factors).clamp(0.0, 255.0)
    size = pictures.shape[-1]
    edge = round(size * (1.0 - np.sqrt((1.0 + _SMALLEST) / 2.0)) / 2.0)
    middle = pictures[:, :, edge : size - edge, edge : size - edge]
    return F.interpolate(middle, (size, size), mode="bilinear", antialias=True)


def mean_the_same(plain: FloatArray, varied: FloatArray) -> bool:
    """Return whether pictures still mean the same, by their losses [n, K] as they are and when varied.

    Among many classes a few whose pictures do not would be lost in the sum, so that each is looked at by itself, too.
    """
    if varied.sum(axis=1).mean() > _FACTOR * plain.sum(axis=1).mean() + _SLACK:
        return False
    worse = varied - plain
    total, chance = worse.sum(axis=0), np.sqrt((worse**2).sum(axis=0))
    return plain.shape[1] == 1 or not ((total > _CLEAR) & (total > _SURE * chance)).any()


def _crops(
    count: int, random: np.random.Generator, ways: Collection[str]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the affine maps [n, 2, 3] from the square -1 to 1 to a part of itself."""
    smallest, most = (_SMALLEST, np.log(_ASPECT)) if ZOOM in ways else (1.0, 0.0)
    area = random.uniform(smallest, 1.0, count)
    aspect = np.exp(random.uniform(-most, most, count))
    wide, high = np.minimum(1.0, np.sqrt(area * aspect)), np.minimum(1.0, np.sqrt(area / aspect))
    across, down = random.uniform(-1.0, 1.0, (2, count))
    mirrored = random.random(count) < 0.5 * (FLIP in ways)
    maps = np.zeros((count, 2, 3), dtype=np.float32)
    maps[:, 0, 0] = np.where(mirrored, -wide, wide)
    maps[:, 1, 1] = high
    maps[:, 0, 2], maps[:, 1, 2] = across * (1.0 - wide), down * (1.0 - high)
    return maps
