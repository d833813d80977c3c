"""DELTA: what the stages of the network see is drawn to what they saw when pretrained (Li et al. 2019, 1901.09229)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from engine.transfer.base import Batch, Regularizer, Start
from engine.transfer.joint import watching

BODY, HEAD = 0.01, 0.01
_PUBLISHED_BATCH = 64


class Delta(Regularizer):
    """The variant in which all channels count alike, for which no filter has to be tried out.

    With ``F`` [b, C, ...] what a stage gives and ``F0`` what the pretrained one gives for the same inputs::

        body * 64 / b * sum over stages of |F - F0|^2 / (2 * values a channel) + head / 2 * |h|^2

    The published strength is for a sum over batches of 64, hence the factor. It costs another forward pass each step.
    Settings: ``body`` (0.01) and ``head`` (0.01), the strengths.
    """

    kind: ClassVar[str] = "delta"
    watches: ClassVar[bool] = True
    holds: ClassVar[bool] = True

    def __init__(self, start: Start, settings: Mapping[str, Any]) -> None:
        super().__init__(start, settings)
        if not start.stages:
            raise ValueError("DELTA compares what stages of the network give, but none were named.")
        self.body, self.head = float(settings.get("body", BODY)), float(settings.get("head", HEAD))
        self._pretrained = copy.deepcopy(start.body).eval().requires_grad_(False)

    @override
    def penalty(self, batch: Batch) -> Tensor:
        pairs = zip(batch.stages, self._before(batch), strict=True)
        away = [(now.float() - old.float()).square().sum() / (2 * old[0, 0].numel()) for now, old in pairs]
        scale = self.body * _PUBLISHED_BATCH / len(batch.features)
        size = [weight.square().sum() for weight in self.start.head.parameters()]
        return scale * torch.stack(away).sum() + 0.5 * self.head * torch.stack(size).sum()

    def _before(self, batch: Batch) -> list[Tensor]:
        """Return what the stages of the pretrained network give, rounded as those of the tuned one are."""
        device = batch.features.device
        reference = self._pretrained.to(device)
        precision = nullcontext() if batch.half is None else torch.autocast(device.type, batch.half)
        with torch.no_grad(), precision, watching(reference, self.start.stages) as before:
            reference(*batch.inputs)
        return before
