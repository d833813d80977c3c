"""BSS: directions in which a batch's features hardly differ are let go (Chen et al., NeurIPS 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from engine.transfer.base import Batch, Regularizer, Start

STRENGTH, DIRECTIONS = 1e-3, 1


class BSS(Regularizer):
    """``strength`` times the sum of the squares of the smallest singular values of the features [b, d].

    They are the smallest eigenvalues of the smaller of F F^T and F^T F, at a quarter of the cost.

    Settings: ``strength`` (0.001); ``directions`` (1), how many of the smallest singular values count.
    """

    kind: ClassVar[str] = "bss"

    def __init__(self, start: Start, settings: Mapping[str, Any]) -> None:
        super().__init__(start, settings)
        self.strength = float(settings.get("strength", STRENGTH))
        self.directions = int(settings.get("directions", DIRECTIONS))

    @override
    def penalty(self, batch: Batch) -> Tensor | None:
        if not batch.features.requires_grad:
            return None  # the body is frozen: its features cannot change
        # Eigenvalues are squares, of which float32 would lose the smallest; so small a problem is best left to the
        # processor, and Apple's graphics have no float64.
        features = batch.features.cpu().double()
        products = features @ features.T if features.shape[0] <= features.shape[1] else features.T @ features
        smallest: Tensor = torch.linalg.eigvalsh(products)[: self.directions].sum()
        return self.strength * smallest.float().to(batch.features.device)
