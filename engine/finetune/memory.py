"""What to do when memory runs out: smaller batches, then smaller inputs, then half precision, then the processor."""

from __future__ import annotations

import torch

from engine.finetune.base import Net

_FEW = 8


def release() -> None:
    """Let go of the memory of graphics cards that is free but kept for more of the same."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


class Ladder:
    """How many samples a step takes, and on what; ``rungs`` counts the steps down."""

    def __init__(self, net: Net, batch: int, frugality: int) -> None:
        self.net = net
        self.batch = batch
        self.rungs = 0
        self._spare(frugality)

    def down(self) -> str | None:
        """Go one rung down; return a sentence about it, None where there is no rung left."""
        self.rungs += 1
        if self.batch > _FEW:
            self.batch //= 2
            return f"Memory ran short while a network was tuned; it goes on with {self.batch} samples at a time."
        if self.net.lighter():
            return "Memory ran short while a network was tuned; it goes on with smaller samples."
        if self.net.halve():
            return "Memory ran short while a network was tuned; it goes on calculating with fewer digits."
        if self.net.device != "cpu":
            self.net.move("cpu")
            return "The graphics card's memory is too small to tune a network; it goes on with the processor, slower."
        if self.batch > 1:
            self.batch //= 2
            return f"Memory ran short while a network was tuned; it goes on with {self.batch} samples at a time."
        return None

    def down_to(self, rungs: int) -> None:
        """Go down as far as before a restart."""
        while self.rungs < rungs:
            self.down()

    def _spare(self, frugality: int) -> None:
        if frugality >= 1:
            self.batch = max(1, self.batch // 2)
        if frugality >= 2:
            self.net.lighter()
            self.net.halve()
        if frugality >= 3:
            self.net.move("cpu")
