"""DTNH: what holds the weights back may never work against learning (Wan et al. 2019, arXiv 1911.07489)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from engine.transfer.base import Regularizer


class NeverHurt(Regularizer):
    """Takes away the part of the penalties' gradient ``r`` that opposes the loss's ``g``.

    Over all tensors together::

        r - (r.g / g.g) g    if r.g < 0, over all tensors together

    so that the step still lowers the loss, to first order as fast as without penalties. The gradients are computed
    apart: for penalties on weights alone (L2-SP) that costs nothing, for those on features another backward pass.
    """

    kind: ClassVar[str] = "never_hurt"

    @override
    def adjust(self, fit: list[Tensor], pull: list[Tensor]) -> list[Tensor]:
        along = torch.stack([(one * other).sum() for one, other in zip(fit, pull, strict=True)]).sum()
        length = torch.stack([one.square().sum() for one in fit]).sum()
        share = (along / length.clamp_min(torch.finfo(length.dtype).tiny)).clamp_max(0.0)
        return [other - share * one for one, other in zip(fit, pull, strict=True)]
