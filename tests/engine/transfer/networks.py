"""A network of a few weights, and what a fine-tune of it starts from."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.task import Kind, Modality, Task
from engine.transfer.base import Start

TASK = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b", "c"))
INPUTS, FEATURES, SOURCE_CLASSES = 4, 5, 6


class Body(nn.Module):
    """Two convolutions over a row of pixels, pooled."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, 3, 2)
        self.second = nn.Conv1d(3, FEATURES, 2)

    @override
    def forward(self, x: Tensor) -> Tensor:
        seen: Tensor = self.second(self.first(x[:, None, :]).relu())
        return seen.mean(dim=2)


def samples(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return inputs [n, 4] and the targets [n, 3] of three classes: which of the first three numbers is greatest."""
    inputs = torch.randn(count, INPUTS, generator=torch.Generator().manual_seed(seed))
    return inputs, torch.eye(3)[inputs[:, :3].argmax(dim=1)]


def start(seed: int = 0, task: Task = TASK) -> Start:
    """Return the same beginning for the same seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        body, head, source = Body(), nn.Linear(FEATURES, task.outputs), nn.Linear(FEATURES, SOURCE_CLASSES)

    def seen() -> tuple[Tensor, Tensor]:
        inputs, targets = samples(30)
        with torch.no_grad():
            return body(inputs), targets

    return Start(body, head, task, seen, source, ("first", "second"), seed)
