"""TrivialAugment: one operation of random strength a picture (Müller & Hutter, ICCV 2021), as torchvision draws it.

torchvision's ``TrivialAugmentWide`` takes one picture after the other, a thousand small calls a step, and waits for a
graphics card with most of them. Here all pictures to be changed in the same way are changed together.

It is for networks that see the same pictures dozens of times. In 6 passes over 525 pictures at 96 pixels it was no
gain: of 350 held-out photos of six kinds 0.809 were named rightly (log-loss 0.582), without it 0.800 (0.559), and of as
many tiny pictures of ten 0.757 (0.817) and 0.757 (0.832).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.arrays import FloatArray, IntArray
from engine.finetune.waiting import sent

STRENGTHS = 31  # of each way
_GREY = 127.0  # where a picture was turned or moved away
_WHITE = 255.0


class Way(IntEnum):
    """What may be done to a picture, in torchvision's order."""

    IDENTITY = 0
    SHEAR_X = 1
    SHEAR_Y = 2
    TRANSLATE_X = 3
    TRANSLATE_Y = 4
    ROTATE = 5
    BRIGHTNESS = 6
    COLOR = 7
    CONTRAST = 8
    SHARPNESS = 9
    POSTERIZE = 10
    SOLARIZE = 11
    AUTO_CONTRAST = 12
    EQUALIZE = 13


# How strong each of those ways is at most that are as often done in the other direction.
MOST = {
    Way.SHEAR_X: 0.99,
    Way.SHEAR_Y: 0.99,
    Way.TRANSLATE_X: 32.0,
    Way.TRANSLATE_Y: 32.0,
    Way.ROTATE: 135.0,
    Way.BRIGHTNESS: 0.99,
    Way.COLOR: 0.99,
    Way.CONTRAST: 0.99,
    Way.SHARPNESS: 0.99,
}


def trivially_varied(pictures: Tensor, random: np.random.Generator) -> Tensor:
    """Return pictures float32 [n, 3, S, S] of levels 0 to 255, each changed by one operation that ``random`` draws."""
    return changed(pictures, *drawn(len(pictures), random))


def drawn(count: int, random: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """Return in which way each picture is to be changed, and how strongly."""
    ways = random.integers(len(Way), size=count)
    strength = strengths()[ways, random.integers(STRENGTHS, size=count)]
    back = np.isin(ways, list(MOST)) & (random.random(count) < 0.5)
    return ways, np.where(back, -strength, strength)


@cache
def strengths() -> FloatArray:
    """Return how strongly each way may be gone, [ways, STRENGTHS].

    They are, by way, a slope, pixels, degrees, what is added to a factor of 1, how many levels become one, or the share
    of the levels that stay; 0 where there is nothing to choose.
    """
    found = np.zeros((len(Way), STRENGTHS))
    for way, most in MOST.items():
        found[way] = torch.linspace(0.0, most, STRENGTHS).numpy()
    found[Way.POSTERIZE] = np.ldexp(1.0, np.linspace(0.0, 6.0, STRENGTHS).round().astype(np.int32))
    found[Way.SOLARIZE] = torch.linspace(1.0, 0.0, STRENGTHS).numpy()
    return found


def changed(pictures: Tensor, ways: IntArray, strength: FloatArray) -> Tensor:
    """Return pictures float32 [n, 3, S, S] of levels 0 to 255, each changed in its way [n], so strongly [n]."""
    device, order = pictures.device, np.argsort(ways, kind="stable")
    there, back = sent(torch.from_numpy(np.stack([order, np.argsort(order)])), device)
    found, ways, strength = pictures.round()[there], ways[order], strength[order]
    begin = np.searchsorted(ways, np.arange(len(Way) + 1)).tolist()  # of each way's pictures among those found
    turned = slice(begin[Way.SHEAR_X], begin[Way.BRIGHTNESS])
    if turned.start < turned.stop:
        side, each = pictures.shape[-1], zip(ways[turned].tolist(), strength[turned].tolist(), strict=True)
        maps = np.array([_map(Way(way), much, side) for way, much in each], dtype=np.float32)
        found[turned] = _turned(found[turned], sent(torch.from_numpy(maps), device))
    amount = sent(torch.from_numpy(strength.astype(np.float32)), device)[:, None, None, None]
    for way, tone in _TONES.items():
        same = slice(begin[way], begin[way + 1])
        if same.start < same.stop:
            found[same] = tone(found[same], amount[same])
    return found[back]


def _map(way: Way, strength: float, side: int) -> list[list[float]]:
    """Return the affine map [2, 3] from where a pixel is in a square of -1 to 1 to where it comes from."""
    moved, angle = -2.0 * int(strength) / side, math.radians(strength)  # by whole pixels
    return {
        Way.SHEAR_X: [[1.0, strength, strength], [0.0, 1.0, 0.0]],  # the upper edge stays where it is,
        Way.SHEAR_Y: [[1.0, 0.0, 0.0], [strength, 1.0, strength]],  # and so does the left
        Way.TRANSLATE_X: [[1.0, 0.0, moved], [0.0, 1.0, 0.0]],
        Way.TRANSLATE_Y: [[1.0, 0.0, 0.0], [0.0, 1.0, moved]],
        Way.ROTATE: [[math.cos(angle), -math.sin(angle), 0.0], [math.sin(angle), math.cos(angle), 0.0]],
    }[way]


def _turned(pictures: Tensor, maps: Tensor) -> Tensor:
    """Return pictures taken from elsewhere by ``maps`` [n, 2, 3], grey where there is nothing."""
    grid = F.affine_grid(maps, list(pictures.shape), align_corners=False)
    framed = torch.cat([pictures, torch.ones_like(pictures[:, :1])], dim=1)
    seen = F.grid_sample(framed, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    levels, inside = seen[:, :3], seen[:, 3:]
    found: Tensor = ((levels - _GREY) * inside + _GREY).round()
    return found


def _levels(values: Tensor) -> Tensor:
    """Return values as whole levels, of which torchvision drops what is behind the point."""
    return values.clamp(0.0, _WHITE).floor()


def _grey(pictures: Tensor) -> Tensor:
    red, green, blue = pictures.unbind(dim=1)
    return red.mul(0.2989).add(green, alpha=0.587).add(blue, alpha=0.114).floor()[:, None]


def _away_from(other: Tensor, pictures: Tensor, amount: Tensor) -> Tensor:
    return _levels(pictures * (1.0 + amount) - other * amount)


def _brightened(pictures: Tensor, amount: Tensor) -> Tensor:
    return _levels(pictures * (1.0 + amount))


def _coloured(pictures: Tensor, amount: Tensor) -> Tensor:
    return _away_from(_grey(pictures), pictures, amount)


def _contrasted(pictures: Tensor, amount: Tensor) -> Tensor:
    return _away_from(_grey(pictures).mean(dim=(1, 2, 3), keepdim=True), pictures, amount)


def _sharpened(pictures: Tensor, amount: Tensor) -> Tensor:
    inner = pictures[:, :, 1:-1, 1:-1]
    blurred = ((9.0 * F.avg_pool2d(pictures, 3, stride=1) + 4.0 * inner) / 13.0).round()  # the middle counts five times
    found = pictures.clone()
    found[:, :, 1:-1, 1:-1] = inner + (inner - blurred) * amount
    return _levels(found)


def _posterized(pictures: Tensor, together: Tensor) -> Tensor:
    return (pictures / together).floor() * together


def _solarized(pictures: Tensor, share: Tensor) -> Tensor:
    return torch.where(pictures >= _WHITE * share, _WHITE - pictures, pictures)


def _stretched(pictures: Tensor, _: Tensor) -> Tensor:
    low, high = pictures.amin(dim=(2, 3), keepdim=True), pictures.amax(dim=(2, 3), keepdim=True)
    return torch.where(high > low, _levels((pictures - low) / ((high - low) * (1.0 / _WHITE))), pictures)


def _equalized(pictures: Tensor, _: Tensor) -> Tensor:
    from torchvision.transforms.v2.functional import equalize  # only where it is used: the import takes a while

    found: Tensor = equalize(pictures.to(torch.uint8)).float()
    return found


_TONES: dict[Way, Callable[[Tensor, Tensor], Tensor]] = {
    Way.BRIGHTNESS: _brightened,
    Way.COLOR: _coloured,
    Way.CONTRAST: _contrasted,
    Way.SHARPNESS: _sharpened,
    Way.POSTERIZE: _posterized,
    Way.SOLARIZE: _solarized,
    Way.AUTO_CONTRAST: _stretched,
    Way.EQUALIZE: _equalized,
}
