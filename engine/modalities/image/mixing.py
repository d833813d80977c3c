"""Pictures of two samples in one, answered in proportion: mixup (Zhang et al., 2018), CutMix (Yun et al., 2019)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.finetune.waiting import sent

_ALPHA = 0.4  # of mixup's shares: most pictures are nearly one of the two
_CUT = 0.5  # of the mixed batches that are cut rather than blended


def mixed(pictures: Tensor, targets: Tensor, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return pictures [b, 3, h, w] each with a part of another of them, and their targets [b, K] mixed likewise."""
    others = sent(torch.from_numpy(random.permutation(len(pictures))), pictures.device)
    if random.random() < _CUT:
        pictures, share = _cut(pictures, others, random)
    else:
        share = float(random.beta(_ALPHA, _ALPHA))
        pictures = pictures.lerp(pictures[others], share)
    return pictures, targets.lerp(targets[others], share)


def _cut(pictures: Tensor, others: Tensor, random: np.random.Generator) -> tuple[Tensor, float]:
    """Return pictures with a rectangle of the others in its place, and the share of the area that it takes."""
    height, width = pictures.shape[2:]
    side = float(np.sqrt(random.random()))
    tall, wide = round(side * height), round(side * width)
    top, left = (int(random.integers(room + 1)) for room in (height - tall, width - wide))
    there = (slice(None), slice(None), slice(top, top + tall), slice(left, left + wide))
    pictures = pictures.clone(memory_format=torch.preserve_format)
    pictures[there] = pictures[others][there]
    return pictures, tall * wide / (height * width)
