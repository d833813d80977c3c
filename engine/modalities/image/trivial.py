"""TrivialAugment: one operation of random strength a picture (Müller & Hutter, ICCV 2021), by torchvision.

It is for networks that see the same pictures dozens of times. In 6 passes over 525 pictures at 96 pixels it was no
gain: of 350 held-out photos of six kinds 0.809 were named rightly (log-loss 0.582), without it 0.800 (0.559), and of as
many tiny pictures of ten 0.757 (0.817) and 0.757 (0.832).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

_GREY = 127.0  # where a picture was turned or moved away


def trivially_varied(pictures: Tensor) -> Tensor:
    """Return pictures float32 [n, 3, S, S] of levels 0 to 255, each changed by one operation that torch draws."""
    vary = _vary()
    whole = pictures.round().to(torch.uint8)
    return torch.stack([vary(picture) for picture in whole]).float()


@cache
def _vary() -> Any:
    from torchvision.transforms import InterpolationMode  # only where it is used: the import takes a while
    from torchvision.transforms.v2 import TrivialAugmentWide

    return TrivialAugmentWide(interpolation=InterpolationMode.BILINEAR, fill=_GREY)
