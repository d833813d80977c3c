"""Co-Tuning: the head of the pretraining is kept and taught what its classes say of ours (You et al., NeurIPS 2020)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.task import Kind
from engine.transfer.base import Batch, Regularizer, Start

STRENGTH = 2.3


class CoTuning(Regularizer):
    """``strength`` times the cross-entropy of the source head with ``targets @ relation``.

    Row c of ``relation`` [K, S] is p(source class | our class c): the mean of the pretrained softmax over our samples
    of class c (the "direct" relation). Settings: ``strength`` (2.3).
    """

    kind: ClassVar[str] = "co_tuning"

    def __init__(self, start: Start, settings: Mapping[str, Any]) -> None:
        super().__init__(start, settings)
        if start.source is None or start.task.kind is not Kind.MULTICLASS:
            raise ValueError("Co-Tuning needs the head of the pretraining, and samples of one class each.")
        self.strength = float(settings.get("strength", STRENGTH))
        self._pretrained = start.source
        self._source: nn.Linear = copy.deepcopy(start.source).requires_grad_(True)
        self._relation: Tensor | None = None

    @override
    def penalty(self, batch: Batch) -> Tensor:
        source = self._source(batch.features.to(self._source.weight.dtype))
        expected = batch.targets.to(source) @ self._related().to(source)
        agreement: Tensor = (expected * source.log_softmax(dim=1)).sum(dim=1).mean()
        return -self.strength * agreement

    def _related(self) -> Tensor:
        """Return the relation [K, S], computed at the first step; a class without a sample gives an even row."""
        if self._relation is None:
            features, targets = self.start.seen()
            with torch.no_grad():
                chances = self._pretrained(features.to(self._pretrained.weight)).softmax(dim=1)
            shares = targets.to(chances)
            counts = shares.sum(dim=0)[:, None]
            even = torch.full_like(chances[:1], 1.0 / chances.shape[1])
            self._relation = torch.where(counts > 0, shares.T @ chances / counts.clamp_min(1e-12), even)
        return self._relation

    @override
    def parameters(self) -> list[nn.Parameter]:
        return list(self._source.parameters())

    @override
    def state(self) -> dict[str, Tensor]:
        return {} if self._relation is None else {"relation": self._relation}

    @override
    def restore(self, state: Mapping[str, Tensor]) -> None:
        self._relation = state.get("relation")
