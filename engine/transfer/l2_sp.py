"""L2-SP: weights are drawn to where pretraining left them, not to zero (Li et al. 2018, arXiv 1802.01483)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from engine.transfer.base import Batch, Regularizer, Start

BODY, HEAD = 0.01, 0.01


class L2SP(Regularizer):
    """``body / 2 * |w - w0|^2 + head / 2 * |h|^2`` over all weights and biases.

    Settings: ``body`` (0.01) and ``head`` (0.01), the strengths.
    """

    kind: ClassVar[str] = "l2_sp"
    holds: ClassVar[bool] = True

    def __init__(self, start: Start, settings: Mapping[str, Any]) -> None:
        super().__init__(start, settings)
        self.body, self.head = float(settings.get("body", BODY)), float(settings.get("head", HEAD))
        self._origin = {name: weight.detach().clone() for name, weight in start.body.named_parameters()}

    @override
    def penalty(self, batch: Batch) -> Tensor:
        moved = [
            (weight - self._origin[name].to(weight.device)).square().sum()
            for name, weight in self.start.body.named_parameters()
            if weight.requires_grad
        ]
        size = [weight.square().sum() for weight in self.start.head.parameters()]
        away = torch.stack(moved).sum() if moved else torch.zeros((), device=batch.features.device)
        return 0.5 * (self.body * away + self.head * torch.stack(size).sum())
