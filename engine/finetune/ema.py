"""The running average of weights, which is better than the weights of any one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

DECAY = 0.98


class Average:
    """An exponential average over steps that weighs the first few as much as all before them."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.values = {name: weight.detach().clone() for name, weight in weights.items()}

    @torch.no_grad()
    def take(self, weights: Mapping[str, Tensor], step: int) -> None:
        """Take in the weights after the step of that number, from 0."""
        fresh = 1.0 - min(DECAY, (1.0 + step) / (10.0 + step))
        # All in one order to a card, as torch's own averages are; on a processor the same as one after the other.
        torch._foreach_lerp_(list(self.values.values()), [weights[name].detach() for name in self.values], fresh)

    @torch.no_grad()
    def begin_anew(self, weights: Mapping[str, Tensor], names: tuple[str, ...]) -> None:
        """Forget what was averaged of the named weights."""
        for name in names:
            self.values[name].copy_(weights[name])

    @torch.no_grad()
    def become(self, values: Mapping[str, Tensor]) -> None:
        """Be other weights instead, of which nothing is averaged any more."""
        for name, value in self.values.items():
            value.copy_(values[name])

    @contextmanager
    def in_place_of(self, weights: Mapping[str, Tensor]) -> Iterator[None]:
        """Let the weights be their averages while the block runs."""
        own = {name: weight.detach().clone() for name, weight in weights.items()}
        self.give(weights)
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in own.items():
                    weights[name].copy_(value)

    @torch.no_grad()
    def give(self, weights: Mapping[str, Tensor]) -> None:
        """Set the weights to their averages."""
        for name, value in self.values.items():
            weights[name].copy_(value)

    def move(self, device: str) -> None:
        """Keep the average on another device."""
        self.values = {name: value.to(device) for name, value in self.values.items()}
