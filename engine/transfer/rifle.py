"""RIFLE: the head is begun anew some times, so that the body learns more deeply (Li et al. 2020, arXiv 2007.03349)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from engine.transfer.base import Regularizer, Start

TIMES = 2


class Rifle(Regularizer):
    """Begins the head anew after each ``1 / (times + 1)`` of the steps, never in the last half of the last such part.

    The head is drawn evenly from ``+-1 / sqrt(d)``, repeatably by seed and turn; its optimiser's memory should be
    forgotten with it. Settings: ``times`` (2).
    """

    kind: ClassVar[str] = "rifle"

    def __init__(self, start: Start, settings: Mapping[str, Any]) -> None:
        super().__init__(start, settings)
        self.times = int(settings.get("times", TIMES))
        self._turns = 0

    @override
    def on_progress(self, share: float) -> bool:
        due = min(self.times, int(share * (self.times + 1) + 1e-9))
        if due <= self._turns or share > 1.0 - 0.5 / (self.times + 1):
            return False
        self._turns = due
        self._begin_anew()
        return True

    def _begin_anew(self) -> None:
        random = torch.Generator().manual_seed(1000 * self.start.seed + self._turns)
        reach = self.start.head.in_features**-0.5
        with torch.no_grad():
            for weight in self.start.head.parameters():
                drawn = (2.0 * torch.rand(weight.shape, generator=random) - 1.0) * reach
                weight.copy_(drawn)

    @override
    def state(self) -> dict[str, Tensor]:
        return {"turns": torch.tensor(self._turns)}

    @override
    def restore(self, state: Mapping[str, Tensor]) -> None:
        self._turns = int(state["turns"])
